import {
  accumulation,
  analytic,
  bound,
  cycles,
  decay,
  element,
  first,
  macro,
  overNetwork,
  probability,
  range1,
  range2,
  reduction,
  second,
  state,
  step,
  sumRange,
  unused,
} from './declare.ts';
import { type Call, call, type Expression, leaf, literal } from './expression.ts';
import { KINDS } from './kinds.ts';
import { PRECEDENCE, type RuleOperation } from './operation.ts';
import {
  everything,
  magnitude,
  mapped,
  negated,
  power,
  product,
  rangeFrom,
  reciprocal,
  sum,
  unit,
  withZero,
} from './range.ts';

/** Integer powers up to this size are chains of products; larger ones are one call of pow. */
const LONGEST_CHAIN = 64;

const g = leaf('g');
const t = leaf('t');
const EPS = 1e-8; // NOS §4.2
const BETA_1 = 0.9; // NOS §4.2
const BETA_2 = 0.999; // NOS §4.2: β2 = β3

const add = (a: Expression, b: Expression) => call('add', [a, b]);
const mul = (a: Expression, b: Expression) => call('mul', [a, b]);
const div = (a: Expression, b: Expression) => call('div', [a, b]);
const pow = (a: Expression, b: Expression) => call('pow', [a, b]);

/** ema(x, b) / (1 − b^t): a running average without the pull of its zero start. */
const corrected = (x: Expression, b: number): Expression =>
  div(call('ema', [x], [b]), call('sub', [literal(1), pow(literal(b), t)]));

const rootOfV = add(call('sqrt', [leaf('v')]), leaf('eps'));

/** s of the decays: the steps that are over, at most T, so that a decay keeps its last value after step T + 1. */
const stepsOver = (at: number, T: number): number => Math.min(at - 1, T);

/** ½(1 + cos x), from 1 at 0 to 0 at π. */
const halfCosine = (x: number): number => 0.5 * (1 + Math.cos(x));

/** ((x·x)·x)·…: what x^n means for an integer n; undefined when that would be longer than a call of pow is worth. */
function chain(e: Call): Expression | undefined {
  const [x, exponent] = e.args;
  if (x === undefined || exponent?.kind !== 'literal') return undefined;
  const n = exponent.value;
  if (!Number.isInteger(n) || Math.abs(n) > LONGEST_CHAIN) return undefined;
  if (n === 0) return literal(1);
  let value = x;
  for (let i = 1; i < Math.abs(n); i++) value = mul(value, x);
  return n > 0 ? value : div(literal(1), value);
}

/** 1 − b, in float64. */
const complement = (b: Expression): Expression =>
  b.kind === 'literal' ? literal(1 - b.value) : call('sub', [literal(1), b]);

const L = PRECEDENCE;

const reductions = [
  reduction('sum', 'sum over the tensor', { term: 'value', facts: { odd: true, range: range1(sumRange) } }),
  reduction('mean', 'mean over the tensor', {
    term: 'value',
    mean: true,
    facts: { odd: true, range: range1((x) => x) },
  }),
  reduction('norm', 'square root of the sum of x^2 over the tensor', {
    term: 'square',
    root: true,
    facts: { even: true, range: () => rangeFrom(0, Infinity) },
  }),
  reduction('rms', 'square root of the mean of x^2 over the tensor', {
    term: 'square',
    mean: true,
    root: true,
    facts: { even: true, range: range1(magnitude) },
  }),
  reduction('amax', 'largest absolute value in the tensor; NaN if any is NaN', {
    term: 'magnitude',
    join: 'largest',
    facts: { even: true, threeValued: 'arguments', range: range1(magnitude) },
  }),
] as const;

const table = [
  {
    kind: 'input',
    name: 'g',
    summary: 'the gradient',
    arity: 0,
    parameters: [],
    flops: 0,
    facts: {},
  },
  {
    kind: 'input',
    name: 'w',
    summary: 'the weight before the step',
    arity: 0,
    parameters: [],
    flops: 0,
    facts: {},
  },

  macro('m', 'ema(g, 0.9) / (1 - 0.9^t)', corrected(g, BETA_1)),
  macro('v', 'ema(g^2, 0.999) / (1 - 0.999^t)', corrected(pow(g, literal(2)), BETA_2)),
  macro('gamma', 'ema(g^3, 0.999) / (1 - 0.999^t)', corrected(pow(g, literal(3)), BETA_2)),
  macro('adam', 'm / (sqrt(v) + eps)', div(leaf('m'), rootOfV)),
  macro('rmsprop', 'g / (sqrt(v) + eps)', div(g, rootOfV)),
  macro('rows', 'colsum(1), the number of rows of the tensor', call('colsum', [literal(1)])),
  macro('columns', 'rowsum(1), the number of columns of the tensor', call('rowsum', [literal(1)])),
  macro('eps', 'the literal 1e-8', literal(EPS)),
  macro('w0', 'rec(w, self), the weight before the first step', call('rec', [leaf('w'), leaf('self')])),
  macro(
    'anneal',
    'noise * t^-0.275: normal with mean 0 and variance 1/t^0.55',
    mul(leaf('noise'), pow(t, literal(-0.275))),
  ),

  step('t', 'the step of this training, 1 at the first', (at) => at, {
    range: rangeFrom(1, Infinity),
  }),
  step('lr', 'the learning rate of this step', (_t, _T, _parameters, lr) => lr, {
    range: rangeFrom(0, Infinity),
  }),
  step('T', 'the number of steps of this training', (_, T) => T, {
    range: rangeFrom(1, Infinity),
  }),
  step('ld', 'linear decay, 1 - s/T with s = min(t - 1, T)', (at, T) => 1 - stepsOver(at, T) / T, {
    range: everything, // In [0, 1]: to say so would simplify abs(ld) and change the key that its results are stored under.
  }),
  step(
    'cd',
    'cosine decay, (1 + cos(2*pi*n*s/T)) / 2 with s = min(t - 1, T)',
    (at, T, [n]) => halfCosine((2 * Math.PI * (n as number) * stepsOver(at, T)) / T),
    {
      parameters: [cycles(0.5)],
      range: rangeFrom(0, 1),
    },
  ),
  step(
    'rd',
    'restart decay, (1 + cos(pi*((n*s) mod T)/T)) / 2 with s = min(t - 1, T)',
    (at, T, [n]) => halfCosine((Math.PI * (((n as number) * stepsOver(at, T)) % T)) / T),
    {
      parameters: [cycles(1)],
      range: rangeFrom(0, 1),
    },
  ),

  element('add', 'x + y', {
    arity: 2,
    float64: (args) => first(args) + second(args),
    notation: { symbol: '+', precedence: L.sum, associativity: 'left' },
    flops: 1,
    facts: { commutative: true, associative: true, range: range2(sum) },
  }),
  element('sub', 'x - y', {
    arity: 2,
    float64: (args) => first(args) - second(args),
    notation: { symbol: '-', precedence: L.sum, associativity: 'left' },
    flops: 1,
    facts: { range: range2((x, y) => sum(x, negated(y))) },
  }),
  element('mul', 'x * y', {
    arity: 2,
    float64: (args) => first(args) * second(args),
    notation: { symbol: '*', precedence: L.product, associativity: 'left' },
    flops: 1,
    facts: { commutative: true, associative: true, threeValued: 'arguments', range: range2(product) },
  }),
  element('div', 'x / y; nothing is added to y', {
    arity: 2,
    float64: (args) => first(args) / second(args),
    notation: { symbol: '/', precedence: L.product, associativity: 'left' },
    flops: 1,
    facts: { range: range2((x, y) => product(x, reciprocal(y))) },
  }),
  element('neg', '-x', {
    float64: (args) => -first(args),
    notation: { symbol: '-', precedence: L.negation, associativity: 'prefix' },
    flops: 1,
    facts: { odd: true, threeValued: 'arguments', range: range1(negated) },
  }),
  element('pow', 'x^y; for an integer literal y the product x*x*… from the left', {
    arity: 2,
    float64: (args) => (args[0] as number) ** (args[1] as number),
    lower: chain,
    notation: { symbol: '^', precedence: L.power, associativity: 'right' },
    flops: 10,
    facts: { range: range2(power) },
  }),

  analytic('exp', 'e^x', 10, {
    range: range1((x) => mapped(x, Math.exp)),
  }),
  analytic('log', 'natural logarithm', 10, {
    range: range1((x) => (x.low > 0 ? mapped(x, Math.log) : everything)),
  }),
  analytic('sqrt', 'square root', 1, {
    keepsSign: true,
    square: 1,
    range: range1((x) => mapped(rangeFrom(Math.max(0, x.low), Math.max(0, x.high)), Math.sqrt)),
  }),
  analytic('tanh', 'hyperbolic tangent', 10, {
    odd: true,
    keepsSign: true,
    range: range1((x) => mapped(x, Math.tanh)),
  }),
  analytic('cos', 'cosine', 10, {
    even: true,
    range: () => unit,
  }),
  element('abs', 'absolute value', {
    float64: (args) => Math.abs(first(args)),
    flops: 1,
    facts: {
      even: true,
      zero: true,
      idempotent: true,
      square: 2,
      threeValued: 'arguments',
      range: range1(magnitude),
    },
  }),
  element('sign', '-1, +0 or 1; sign(±0) = +0, NaN passes', {
    float64: ([x]) => ((x as number) > 0 ? 1 : (x as number) < 0 ? -1 : x === 0 ? 0 : (x as number)),
    flops: 1,
    facts: {
      odd: true,
      idempotent: true,
      keepsSign: true,
      threeValued: 'always',
      range: range1((x) => mapped(x, Math.sign)),
    },
  }),
  element('clip', 'x limited to [-l, l]; NaN passes', {
    parameters: [bound],
    float64: ([x], [l]) => Math.max(-(l as number), Math.min(l as number, x as number)),
    flops: 2,
    facts: {
      odd: true,
      keepsSign: true,
      range: range1((x, [l]) => mapped(x, (v) => Math.max(-(l as number), Math.min(l as number, v)))),
    },
  }),
  element('min', 'the smaller; NaN if either is NaN', {
    arity: 2,
    float64: (args) => Math.min(first(args), second(args)),
    flops: 1,
    facts: {
      commutative: true,
      associative: true,
      idempotent: true,
      range: range2((x, y) => rangeFrom(Math.min(x.low, y.low), Math.min(x.high, y.high))),
    },
  }),
  element('max', 'the larger; NaN if either is NaN', {
    arity: 2,
    float64: (args) => Math.max(first(args), second(args)),
    flops: 1,
    facts: {
      commutative: true,
      associative: true,
      idempotent: true,
      range: range2((x, y) => rangeFrom(Math.max(x.low, y.low), Math.max(x.high, y.high))),
    },
  }),

  element('lt', '1 where x < y, else 0', {
    arity: 2,
    float64: (args) => Number(first(args) < second(args)),
    notation: { symbol: '<', mirrored: '>', precedence: L.comparison, associativity: 'none' },
    flops: 1,
    facts: { threeValued: 'always', range: () => rangeFrom(0, 1) },
  }),
  element('le', '1 where x <= y, else 0', {
    arity: 2,
    float64: (args) => Number(first(args) <= second(args)),
    notation: { symbol: '<=', mirrored: '>=', precedence: L.comparison, associativity: 'none' },
    flops: 1,
    facts: { threeValued: 'always', range: () => rangeFrom(0, 1) },
  }),
  element('where', 'x where c is not 0, else y', {
    arity: 3,
    argumentNames: ['c', 'x', 'y'],
    float64: ([c, x, y]) => (c === 0 ? y : x) as number,
    flops: 1,
    facts: {
      threeValued: 'arguments',
      range: ([, x = everything, y = everything]) =>
        rangeFrom(Math.min(x.low, y.low), Math.max(x.high, y.high)),
    },
  }),

  state(
    'ema',
    's = b*s + (1 - b)*x from s = 0; s after the update',
    {
      parameters: [decay],
      next: (s, x, b) => add(mul(b, s), mul(complement(b), x)),
      reads: 'after',
      flops: 3,
    },
    { identity: unused, range: range1(withZero) },
  ),
  state(
    'acc',
    's = b*s + x from s = 0; s after the update',
    {
      parameters: [accumulation],
      next: (s, x, b) => add(mul(b, s), x),
      reads: 'after',
      flops: 2,
    },
    { identity: unused, range: range1(sumRange) },
  ),
  state(
    'prev',
    "x's value at the previous step, 0 at the first",
    { parameters: [], next: (_, x) => x, reads: 'before', flops: 0 },
    { threeValued: 'arguments', range: range1(withZero) },
  ),

  {
    kind: 'recurrence',
    name: 'rec',
    summary: 's = x from s = init, where self in x is s before; s after the update',
    arity: 2,
    argumentNames: ['init', 'x'],
    parameters: [],
    flops: 0,
    facts: {},
  },
  {
    kind: 'self',
    name: 'self',
    summary: 'in x of rec(init, x), its value at the previous step',
    arity: 0,
    parameters: [],
    flops: 0,
    facts: {},
  },

  ...reductions,
  overNetwork(reductions[0]),
  overNetwork(reductions[1]),
  overNetwork(reductions[2]),
  overNetwork(reductions[3]),
  overNetwork(reductions[4]),

  reduction('rowsum', 'sum over each row of the tensor', {
    over: 'row',
    term: 'value',
    facts: { odd: true, range: range1(sumRange) },
  }),
  reduction('rowmean', 'mean over each row of the tensor', {
    over: 'row',
    term: 'value',
    mean: true,
    facts: { odd: true, range: range1((x) => x) },
  }),
  reduction('rownorm', 'square root of the sum of x^2 over each row of the tensor', {
    over: 'row',
    term: 'square',
    root: true,
    facts: { even: true, range: () => rangeFrom(0, Infinity) },
  }),
  reduction('rowrms', 'square root of the mean of x^2 over each row of the tensor', {
    over: 'row',
    term: 'square',
    mean: true,
    root: true,
    facts: { even: true, range: range1(magnitude) },
  }),
  reduction('rowamax', 'largest absolute value in each row of the tensor; NaN if any is NaN', {
    over: 'row',
    term: 'magnitude',
    join: 'largest',
    facts: { even: true, threeValued: 'arguments', range: range1(magnitude) },
  }),

  reduction('colsum', 'sum over each column of the tensor', {
    over: 'column',
    term: 'value',
    facts: { odd: true, range: range1(sumRange) },
  }),
  reduction('colmean', 'mean over each column of the tensor', {
    over: 'column',
    term: 'value',
    mean: true,
    facts: { odd: true, range: range1((x) => x) },
  }),
  reduction('colnorm', 'square root of the sum of x^2 over each column of the tensor', {
    over: 'column',
    term: 'square',
    root: true,
    facts: { even: true, range: () => rangeFrom(0, Infinity) },
  }),
  reduction('colrms', 'square root of the mean of x^2 over each column of the tensor', {
    over: 'column',
    term: 'square',
    mean: true,
    root: true,
    facts: { even: true, range: range1(magnitude) },
  }),
  reduction('colamax', 'largest absolute value in each column of the tensor; NaN if any is NaN', {
    over: 'column',
    term: 'magnitude',
    join: 'largest',
    facts: { even: true, threeValued: 'arguments', range: range1(magnitude) },
  }),
  {
    kind: 'matrix',
    name: 'orth',
    summary: 'the matrix x with singular values near 1, by five steps of Newton and Schulz',
    arity: 1,
    parameters: [],
    flops: 1000,
    facts: { odd: true, zero: true },
  },

  {
    kind: 'labels',
    name: 'kinds',
    summary: 'a rule per kind of tensors: matrices, vectors, embeddings',
    labels: KINDS,
    arity: 2,
    parameters: [],
    flops: 0,
    facts: {},
  },

  {
    kind: 'labels',
    name: 'eval',
    summary: 'a rule, and the weights to read out, in which w is the weight after the step',
    labels: ['', 'eval'],
    arity: 2,
    parameters: [],
    flops: 0,
    facts: {},
  },

  {
    kind: 'random',
    name: 'noise',
    summary: 'a standard normal draw per weight and step',
    arity: 0,
    parameters: [],
    draw: 'normal',
    float64: (draw) => draw,
    flops: 20,
    facts: {},
  },
  {
    kind: 'random',
    name: 'drop',
    summary: '0 with probability p, else x, not rescaled',
    arity: 1,
    parameters: [probability],
    draw: 'mask',
    float64: (draw, [x]) => (draw === 0 ? 0 : (x as number)),
    flops: 10,
    facts: { zero: true, identity: unused, threeValued: 'arguments', range: range1(withZero) },
  },
] as const satisfies readonly RuleOperation[];

type Entry = (typeof table)[number];

/** The names of the language's operations of a kind; a table of a target has a row for each. */
export type NameOf<Kind extends RuleOperation['kind']> = Extract<Entry, { readonly kind: Kind }>['name'];
export type OperationName = Entry['name'];
export type InputName = NameOf<'input'>;
export type ElementName = NameOf<'element'>;
export type RandomName = NameOf<'random'>;
export type ReductionName = NameOf<'reduction'>;

/** An operation of the language, whose name the compiler knows. */
export type Known<Kind extends RuleOperation['kind']> = Extract<RuleOperation, { readonly kind: Kind }> & {
  readonly name: NameOf<Kind>;
};
export type KnownOperation = { readonly [Kind in RuleOperation['kind']]: Known<Kind> }[RuleOperation['kind']];

/** Every name of the language and what it means. Infix operators have the names of `expression.ts`. */
export const operations: ReadonlyMap<string, KnownOperation> = new Map(
  table.map((operation): [string, KnownOperation] => [operation.name, operation]),
);

/** The operation of a leaf or call. Throws on a name that the language does not have: a bug, not bad input. */
export function operationOf(e: { readonly name: string }): KnownOperation {
  const operation = operations.get(e.name);
  if (operation === undefined) throw new Error(`no operation '${e.name}'`);
  return operation;
}

/** The simpler expression that a macro or an integer power means; the expression itself when it means no other. */
export function lowered(e: Expression): Expression {
  if (e.kind === 'literal') return e;
  const operation = operationOf(e);
  if (operation.kind === 'macro') return operation.expansion;
  if (operation.kind === 'element' && e.kind === 'call') return operation.lower?.(e) ?? e;
  return e;
}
