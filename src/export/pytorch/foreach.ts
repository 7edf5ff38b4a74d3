import type { Plan } from '../plan.ts';
import { isGlobal, yielded } from '../python/together.ts';
import {
  extentOfTerm,
  isFull,
  isPerTensor,
  isScalar,
  ofNetwork,
  type Statement,
  type Term,
  wholeOf,
} from '../term.ts';
import { writeTerm } from '../text.ts';
import { networkReturn, networkText, singleWriters, spelling, text as termText } from './single.ts';
import { type UpdateParts, updateParts } from './update.ts';

/**
 * The multi-tensor path: every operation is taken for all tensors at once, so every step of a formula has a name. What torch has no
 * such function for is a comprehension over the tensors.
 */
export function foreachLines(plan: Plan): readonly string[] {
  const writer = new Lists(plan);
  for (const statement of plan.body) writer.statement(statement);
  const update = writer.whole(plan.update);
  writer.lines.push(`deltas = torch._foreach_mul(${update}, lr)`);
  for (const { state, value } of plan.stores) {
    if (plan.extents.get(state) !== 'network') writer.copy(state, value);
  }
  const ends = networkReturn(plan, (term) => writer.number(term));
  return [...writer.lines, 'torch._foreach_sub_(params, deltas)', ...ends];
}

/** The name of the list of a tensor's name. */
export const plural = (name: string): string => (name.endsWith('s') ? `${name}_list` : `${name}s`);

/** Operations of two lists, or of a list and a number. */
const BINARY: Readonly<Record<string, string>> = {
  add: '_foreach_add',
  sub: '_foreach_sub',
  mul: '_foreach_mul',
  div: '_foreach_div',
};
const UNARY: Readonly<Record<string, string>> = {
  neg: '_foreach_neg',
  exp: '_foreach_exp',
  log: '_foreach_log',
  sqrt: '_foreach_sqrt',
  tanh: '_foreach_tanh',
  cos: '_foreach_cos',
  abs: '_foreach_abs',
};

class Lists {
  readonly lines: string[] = [];
  readonly #taken: Set<string>;
  readonly #perTensor: Plan['perTensor'];
  readonly #extents: Plan['extents'];

  constructor(plan: Plan) {
    this.#perTensor = plan.perTensor;
    this.#extents = plan.extents;
    this.#taken = new Set(
      [...plan.states, ...plan.scalars.map(({ name }) => name), ...plan.draws.map(({ name }) => name)].map(
        plural,
      ),
    );
    for (const name of ofNetwork(plan.extents)) this.#taken.add(name);
  }

  statement(statement: Statement): void {
    const { kind, name, value } = statement;
    if (isGlobal(value))
      return void this.#name(name, yielded(value, this.list(wholeOf(value.args[0]!, this.#extents))));
    if (this.#extents.get(name) === 'network') return void this.#name(name, this.number(value));
    if (kind === 'variable') return void this.#name(plural(name), this.#call(value));
    const parts = updateParts(statement);
    const isOne = this.#perTensor.has(name);
    if (parts === undefined || parts.factors.some((factor) => this.#isOne(factor) !== isOne))
      this.copy(name, value);
    else this.#update(plural(name), parts);
  }

  /** Gives a state its value. */
  copy(state: string, value: Term): void {
    this.lines.push(
      `for state, value in zip(${plural(state)}, ${this.list(value)}):`,
      '    state.copy_(value)',
    );
  }

  /** The list of the update, of the shapes of the parameters. */
  whole(update: Term): string {
    const list = this.list(update);
    if (!this.#isOne(update)) return list;
    return this.#name('updates', `[x.expand_as(param) for x, param in zip(${list}, params)]`);
  }

  #isOne(term: Term): boolean {
    return isPerTensor(term, this.#perTensor);
  }

  #isNetwork(term: Term): boolean {
    return !isFull(term) && extentOfTerm(term, this.#extents) === 'network';
  }

  /** The text of a number of the network, whose steps are those of the first parameter. */
  number(term: Term): string {
    const first = (one: Term): Term => {
      if (one.kind === 'scalar') return { kind: 'scalar', name: `${plural(one.name)}[0]` };
      return one.kind === 'call' ? { ...one, args: one.args.map(first) } : one;
    };
    return networkText(first(term)).replace(/\bparam\b/g, 'params[0]');
  }

  /** The name of a number of the network. */
  #networkName(term: Term): string {
    if (term.kind === 'state' || term.kind === 'variable') return term.name;
    let name = 'number';
    for (let n = 2; this.#taken.has(name); n++) name = `number_${n}`;
    return this.#name(name, this.number(term));
  }

  /** The name of the list of a term's values, tensors, once it is computed. */
  list(term: Term): string {
    if (term.kind === 'gradient') return 'grads';
    if (term.kind === 'weight') return 'params';
    if (this.#isNetwork(term)) return `[${this.#networkName(term)} for _ in params]`;
    if (term.kind === 'state' || term.kind === 'variable') return plural(term.name);
    const text = isScalar(term) ? this.#filled(term) : this.#call(term);
    const wanted = (term.kind === 'call' ? NAMES[term.operation] : undefined) ?? 'values';
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted}_${n}`;
    return this.#name(name, text);
  }

  /** Tensors of one number each. */
  #filled(term: Term): string {
    const numbers = this.#number(term);
    return term.kind === 'scalar'
      ? `[torch.full_like(param, x) for param, x in zip(params, ${numbers})]`
      : `[torch.full_like(param, ${numbers}) for param in params]`;
  }

  /** The text of a number; one that depends on the step has a list of its own, as parameters may have different counts of steps. */
  #number(term: Term): string {
    return term.kind === 'scalar' ? plural(term.name) : writeTerm(term, singleWriters, spelling).text;
  }

  #operand(term: Term): string {
    return isScalar(term) ? this.#number(term) : this.list(term);
  }

  #name(name: string, text: string): string {
    this.#taken.add(name);
    this.lines.push(...assignment(name, text));
    return name;
  }

  #call(term: Term): string {
    if (term.kind !== 'call') return `list(${this.list(term)})`;
    const [x, y] = term.args;
    const unary = UNARY[term.operation];
    if (unary !== undefined) return `torch.${unary}(${this.list(x!)})`;
    const binary = BINARY[term.operation];
    const mixed =
      term.args.some((arg) => this.#isNetwork(arg)) ||
      (y !== undefined && !term.args.some(isScalar) && this.#isOne(x!) !== this.#isOne(y));
    if (mixed) return this.#comprehension(term);
    if (binary !== undefined && !isScalar(x!))
      return `torch.${binary}(${this.list(x!)}, ${this.#operand(y!)})`;
    // A sum and a product are the same to the bit the other way round.
    if (term.operation === 'add' || term.operation === 'mul')
      return `torch.${binary}(${this.list(y!)}, ${this.#operand(x!)})`;
    return this.#comprehension(term);
  }

  #comprehension(term: Extract<Term, { readonly kind: 'call' }>): string {
    const lists: { readonly name: string; readonly list: string }[] = [];
    const named = (arg: Term): Term => {
      if (isScalar(arg) && arg.kind !== 'scalar') return arg;
      if (this.#isNetwork(arg)) return { kind: 'variable', name: this.#networkName(arg) };
      if (arg.kind === 'call' && COMPARISONS.has(arg.operation)) return { ...arg, args: arg.args.map(named) };
      const name = VARIABLES[lists.length]!;
      lists.push({ name, list: this.#operand(arg) });
      return arg.kind === 'scalar' ? { kind: 'scalar', name } : { kind: 'variable', name };
    };
    const text = termText({ ...term, args: term.args.map(named) });
    if (/\bparam\b/.test(text)) lists.push({ name: 'param', list: 'params' });
    const names = lists.map(({ name }) => name).join(', ');
    const over = lists.map(({ list }) => list).join(', ');
    return `[${text} for ${names} in ${lists.length === 1 ? over : `zip(${over})`}]`;
  }

  /** `state = b * state + c * x`, in place. */
  #update(list: string, { kept, coefficient, factors }: UpdateParts): void {
    const factorLists = factors.map((factor) => this.list(factor));
    if (kept) this.lines.push(`torch._foreach_mul_(${list}, ${this.#operand(kept)})`);
    const alpha = coefficient ? this.#number(coefficient) : undefined;
    if (factorLists.length === 2) {
      const value = alpha === undefined ? '' : `, value=${alpha}`;
      this.lines.push(`torch._foreach_addcmul_(${list}, ${factorLists.join(', ')}${value})`);
    } else {
      this.lines.push(
        `torch._foreach_add_(${list}, ${factorLists[0]}${alpha === undefined ? '' : `, alpha=${alpha}`})`,
      );
    }
  }
}

/** Black's lines of an assignment in a function: a comprehension that is too long for one line takes three or four. */
export function assignment(name: string, text: string): readonly string[] {
  const [, value, over] = /^\[(.*) (for .*)\]$/.exec(text) ?? [];
  if (value === undefined || name.length + 3 + text.length <= 84) return [`${name} = ${text}`];
  const whole = `    ${value} ${over}`;
  return [`${name} = [`, ...(whole.length <= 84 ? [whole] : [`    ${value}`, `    ${over}`]), ']'];
}

const VARIABLES = ['x', 'y', 'z', 'u'];

/** What stands in the comprehension that reads it, as a truth value. */
const COMPARISONS = new Set(['lt', 'le']);

const NAMES: Readonly<Record<string, string>> = {
  add: 'totals',
  sub: 'differences',
  mul: 'products',
  div: 'ratios',
  sqrt: 'roots',
  exp: 'scales',
  sign: 'directions',
  neg: 'negatives',
};
