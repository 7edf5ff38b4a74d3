import type { Extent } from '../../rules/index.ts';
import { braced, camelCase, number, WIDTH } from '../javascript/shared.ts';
import { prefixOf } from '../kinds.ts';
import type { Plan, RandomDraw } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { mentions } from '../tensor-loops.ts';
import { COUNTS } from '../tensor-passes.ts';
import { isScalar, type Term } from '../term.ts';
import { atom, type Spelling, type Writer, writeTerm } from '../text.ts';
import { writers } from './shared.ts';

/** What a class for all variables is made of. */
export interface VariablesLayout {
  readonly source: KindsSource;
  readonly hasKinds: boolean;
  readonly hasRows: boolean;
  /** Whether all tensors are stepped at once. */
  readonly atOnce: boolean;
  readonly options: readonly string[];
}

/** How the values of a plan are written, where those of a tensor have `before` in front. */
export interface PlanWriters {
  readonly text: (term: Term) => string;
  readonly name: (name: string) => string;
}

export function writtenOf({ source, atOnce }: VariablesLayout, part: number): PlanWriters {
  const { plan } = source.parts[part]!;
  const prefix = prefixOf(source, part);
  const before = atOnce ? 'x.' : '';
  const name = (one: string): string =>
    `${plan.extents.get(one) === 'network' ? '' : before}${camelCase(one)}`;
  const spelling: Spelling = {
    number,
    leaf: (term) => {
      if (term.kind === 'parameter') return atom(camelCase(`${prefix}${term.name}`));
      if (term.kind === 'gradient' || term.kind === 'weight') return atom(`${before}${term.kind}`);
      if (term.kind === 'state' || term.kind === 'variable') return atom(name(term.name));
      return atom('name' in term ? camelCase(term.name) : term.kind);
    },
  };
  const all = { ...writers, ...matrixWriters(before) };
  return { name, text: (term) => writeTerm(term, all, spelling).text };
}

function matrixWriters(before: string): Readonly<Record<string, Writer>> {
  const of = (name: string, axis: number) => {
    const sum = (x: string, by: string): string => `tf.${by}(${x}, ${axis}, true)`;
    const write =
      (text: (x: string) => string): Writer =>
      ([x]) =>
        atom(text(x!.text));
    return {
      [`${name}sum`]: write((x) => sum(x, 'sum')),
      [`${name}mean`]: write((x) => sum(x, 'mean')),
      [`${name}norm`]: write((x) => `tf.sqrt(${sum(`tf.square(${x})`, 'sum')})`),
      [`${name}rms`]: write((x) => `tf.sqrt(${sum(`tf.square(${x})`, 'mean')})`),
      [`${name}amax`]: write((x) => sum(`tf.abs(${x})`, 'max')),
    };
  };
  return {
    ...of('row', 1),
    ...of('col', 0),
    sum: ([x]) => atom(x!.scalar ? `tf.scalar(${before}weight.size)` : `tf.sum(${x!.text})`),
    full: ([x]) =>
      atom(
        x!.scalar
          ? `tf.fill(${before}weight.shape, ${x!.text})`
          : `tf.broadcastTo(${x!.text}, ${before}weight.shape)`,
      ),
    orth: ([x]) => atom(`orthogonalize(${x!.text})`),
    [COUNTS.network]: () => atom('networkSize'),
  };
}

export const shapeOf = (extent: Extent, shape: string): string =>
  ({
    weight: shape,
    row: `[${shape}[0], 1]`,
    column: `[1, ${shape}[1]]`,
    tensor: '[]',
    network: '[]',
    step: '[]',
  })[extent];

export const drawText = (draw: RandomDraw, before: string, { text }: PlanWriters): string =>
  draw.distribution === 'normal'
    ? `this.normal(${before}weight.shape)`
    : `tf.less(this.uniform(${before}weight.shape), ${text(draw.rate)})`;

/** Writes a state. */
export const kept = (state: string, value: string): string => `keep(${state}, ${value});`;

export const inPlaceOf = (plan: Plan): ReadonlySet<string> =>
  new Set(plan.body.flatMap(({ kind, name }) => (kind === 'state' ? [name] : [])));

export const NAMED = [
  'const named = Array.isArray(variableGradients)',
  '  ? variableGradients',
  '  : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));',
];

/** A pattern that reads what lines mention of the optimizer. */
export const optionsLine = ({ options }: VariablesLayout, lines: readonly string[]): readonly string[] => {
  const read = options.filter((name) => mentions(lines, name));
  return read.length === 0 ? [] : braced('const ', read, ' = this;', '');
};

export const stepLine = (lines: readonly string[]): readonly string[] =>
  mentions(lines, 'step') ? ['const step = this.iterations + 1;'] : [];

/** Lines that take the step of a variable. */
export const changeLines = ({ hasRows }: VariablesLayout, before: string): readonly string[] =>
  hasRows
    ? [
        `const full = tf.broadcastTo(delta, ${before}weight.shape);`,
        `const change = fromMatrix(full, ${before}variable.shape, ${before}isTable);`,
        `${before}variable.assign(tf.sub(${before}variable, change));`,
      ]
    : [`${before}variable.assign(tf.sub(${before}variable, delta));`];

/** A state's value as a tensor, also where it is a number of the step. */
export const asTensor = (value: Term, text: string, extent: Extent, shape: string): string => {
  if (!isScalar(value)) return text;
  return extent === 'weight' ? `tf.fill(${shape}, ${text})` : `tf.scalar(${text})`;
};

/** An assigned call that is too long for a line, with a line per argument, as Biome and Prettier have it. */
export function brokenCall(line: string): readonly string[] {
  const parts = /^( *)((?:(?:const )?[\w.]+ = )?tf\.\w+)\((.*)\)([;,])$/.exec(line);
  if (line.length <= WIDTH || parts === null) return [line];
  const [, space = '', head, args = '', end] = parts;
  const inner = argumentsIn(args).flatMap((arg) => brokenCall(`${space}  ${arg},`));
  return [`${space}${head}(`, ...inner, `${space})${end}`];
}

/** The arguments of a call, apart. */
function argumentsIn(text: string): readonly string[] {
  const found = [''];
  let depth = 0;
  for (const letter of text) {
    if ('([{'.includes(letter)) depth++;
    if (')]}'.includes(letter)) depth--;
    if (letter === ',' && depth === 0) found.push('');
    else found[found.length - 1] += letter;
  }
  return found.map((one) => one.trim());
}
