import type { Plan, RandomDraw } from '../plan.ts';
import { pythonArithmetic, pythonNumber } from '../python/python.ts';
import { isGlobal, yielded } from '../python/together.ts';
import { isScalar, type Statement, type Term, wholeOf } from '../term.ts';
import {
  type ArrayWriters,
  atom,
  called,
  comparison,
  LEVEL,
  namedMatrices,
  reductionWriters,
  type Spelling,
  type Text,
  truthOf,
  type Writer,
  within,
  writeTerm,
} from '../text.ts';
import { networkStates } from './together.ts';
import { updateParts } from './update.ts';

/** torch.minimum wants tensors; torch.clamp takes numbers, and lets NaN through too. */
const bounded =
  (tensors: string, bound: string) =>
  ([x, y]: readonly Text[]): Text => {
    if (!x!.scalar && !y!.scalar) return atom(`torch.${tensors}(${x!.text}, ${y!.text})`);
    const [value, limit] = x!.scalar ? [y!, x!] : [x!, y!];
    return atom(`torch.clamp(${value.text}, ${bound}=${limit.text})`);
  };

export const singleWriters: ArrayWriters = {
  ...pythonArithmetic,
  exp: called('torch.exp'),
  log: called('torch.log'),
  sqrt: called('torch.sqrt'),
  tanh: called('torch.tanh'),
  cos: called('torch.cos'),
  abs: called('torch.abs'),
  sign: called('torch.sign'),
  clip: ([x], [l]) => atom(`torch.clamp(${x!.text}, -${within(l!, LEVEL.power)}, ${l!.text})`),
  min: bounded('minimum', 'max'),
  max: bounded('maximum', 'min'),
  lt: comparison('<', ({ text }) => atom(`(${text}).to(param.dtype)`)),
  le: comparison('<=', ({ text }) => atom(`(${text}).to(param.dtype)`)),
  where: ([c, x, y]) => {
    const truth = truthOf(c!, '!= 0.0');
    const mask: Text = c!.scalar ? atom(`_truth(${c!.text}, param)`) : truth;
    if (!x!.scalar && !y!.scalar) return atom(`torch.where(${mask.text}, ${x!.text}, ${y!.text})`);
    if (!x!.scalar)
      return atom(`${within(x!, LEVEL.atom)}.masked_fill(~${within(mask, LEVEL.atom)}, ${y!.text})`);
    const values = y!.scalar ? `torch.full_like(param, ${y!.text})` : within(y!, LEVEL.atom);
    return atom(`${values}.masked_fill(${mask.text}, ${x!.text})`);
  },
  ...reductionWriters((name) => called(`torch.${name}`), 'torch.ones_like(param).sum()'),
  drop: ([dropped, x]) => {
    const values = x!.scalar ? `torch.full_like(param, ${x!.text})` : within(x!, LEVEL.atom);
    return atom(`${values}.masked_fill(${dropped!.text}, 0.0)`);
  },
};

export const spelling: Spelling = {
  number: pythonNumber,
  leaf: (term) => {
    if (term.kind === 'gradient') return atom('grad');
    if (term.kind === 'weight') return atom('param');
    if (term.kind === 'learningRate') return atom('lr');
    return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : 'total_steps');
  },
};

/** Rows, columns and matrices have writers of their own. */
const measured = { ...singleWriters, ...namedMatrices };

/** A value for every weight of what all of them share. */
const full: Writer = ([x]) =>
  atom(x!.scalar ? `torch.full_like(param, ${x!.text})` : `${within(x!, LEVEL.atom)}.expand_as(param)`);

/** The length of what is written of a term. */
export const measuredText = (term: Term): string => writeTerm(term, measured, spelling).text;

/** Also of rules that reduce over all tensors. */
export const text = (term: Term): string => writeTerm(term, { ...singleWriters, full }, spelling).text;

/** Operations on numbers, some of which are tensors of one. */
const numberWriters: ArrayWriters = {
  ...singleWriters,
  where: ([c, x, y]) => {
    const truth = c!.scalar ? `_truth(${c!.text}, param)` : truthOf(c!, '!= 0.0').text;
    const value = ({ text: of, scalar }: Text): string => (scalar ? `param.new_full((), ${of})` : of);
    return atom(`torch.where(${truth}, ${value(x!)}, ${value(y!)})`);
  },
};

/** The text of a term that has one value for the network. */
export const networkText = (term: Term): string => writeTerm(term, numberWriters, spelling).text;

/** The single-tensor path, for one parameter. */
export function singleLines(plan: Plan): readonly string[] {
  return [
    ...plan.draws.map((draw) => `${draw.name} = ${drawText(draw)}`),
    ...plan.body.map((statement) => statementLine(statement, plan)),
    `delta = ${within(writeTerm(plan.update, singleWriters, spelling), LEVEL.product)} * lr`,
    ...plan.stores
      .filter(({ state }) => plan.extents.get(state) !== 'network')
      .map(({ state, value }) => `${state}.${isScalar(value) ? 'fill_' : 'copy_'}(${text(value)})`),
    'param.sub_(delta)',
    ...networkReturn(plan, networkText),
  ];
}

/** The end of a path whose rule keeps numbers for the network: those of this step. */
export function networkReturn(plan: Plan, write: (term: Term) => string): readonly string[] {
  const names = networkStates(plan);
  if (names.length === 0) return [];
  const value = (name: string): string => {
    const stored = plan.stores.find(({ state }) => state === name);
    return stored ? write(stored.value) : name;
  };
  return ['return {', ...names.map((name) => `    "${name}": ${value(name)},`), '}'];
}

/** A draw for `param`. */
export const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal'
    ? '_normal(param, generator)'
    : `_uniform(param, generator) < ${text(draw.rate)}`;

function statementLine(statement: Statement, { extents }: Plan): string {
  const { kind, name, value } = statement;
  if (isGlobal(value)) return `${name} = ${yielded(value, `[${text(wholeOf(value.args[0]!, extents))}]`)}`;
  if (extents.get(name) === 'network') return `${name} = ${networkText(value)}`;
  if (kind === 'variable') return `${name} = ${text(value)}`;
  const parts = updateParts(statement);
  if (parts === undefined) return `${name}.copy_(${text(value)})`;
  const { kept, coefficient, factors } = parts;
  const scaled = kept === undefined ? name : `${name}.mul_(${text(kept)})`;
  const amount = coefficient === undefined ? undefined : text(coefficient);
  if (factors.length === 2) {
    return `${scaled}.addcmul_(${factors.map(text).join(', ')}${amount === undefined ? '' : `, value=${amount}`})`;
  }
  return `${scaled}.add_(${text(factors[0]!)}${amount === undefined ? '' : `, alpha=${amount}`})`;
}
