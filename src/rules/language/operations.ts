import {
  accumulation,
  analytic,
  atom,
  bound,
  cycles,
  decay,
  element,
  first,
  fround1,
  infixed,
  macro,
  macroNamed,
  named,
  probability,
  range1,
  range2,
  second,
  state,
  step,
  sumRange,
  unused,
} from './declare.ts';
import { type Call, call, type Expression, leaf, literal } from './expression.ts';
import { type Operation, PRECEDENCE } from './operation.ts';
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

/** JavaScript of a clip; NaN passes because no comparison with it holds. */
const clamp = (x: string, l: string) => `(${x} > ${l} ? ${l} : ${x} < -${l} ? -${l} : ${x})`;

const L = PRECEDENCE;

const table: readonly Operation[] = [
  {
    kind: 'input',
    name: 'g',
    summary: 'the gradient',
    arity: 0,
    parameters: [],
    latex: atom('g'),
    flops: 0,
    facts: {},
  },
  {
    kind: 'input',
    name: 'w',
    summary: 'the weight before the step',
    arity: 0,
    parameters: [],
    latex: atom('w'),
    flops: 0,
    facts: {},
  },

  macro('m', 'ema(g, 0.9) / (1 - 0.9^t)', corrected(g, BETA_1), atom('\\hat m')),
  macro('v', 'ema(g^2, 0.999) / (1 - 0.999^t)', corrected(pow(g, literal(2)), BETA_2), atom('\\hat v')),
  macro(
    'gamma',
    'ema(g^3, 0.999) / (1 - 0.999^t)',
    corrected(pow(g, literal(3)), BETA_2),
    atom('\\hat\\gamma'),
  ),
  macro('adam', 'm / (sqrt(v) + eps)', div(leaf('m'), rootOfV), macroNamed('ADAM')),
  macro('rmsprop', 'g / (sqrt(v) + eps)', div(g, rootOfV), macroNamed('RMSProp')),
  macro('eps', 'the literal 1e-8', literal(EPS), atom('\\varepsilon')),
  macro(
    'anneal',
    'noise * t^-0.275: normal with mean 0 and variance 1/t^0.55',
    mul(leaf('noise'), pow(t, literal(-0.275))),
    atom('\\mathcal N\\left(0, t^{-0.55}\\right)'),
  ),

  step('t', 'the step of this training, 1 at the first', (at) => at, {
    latex: atom('t'),
    range: rangeFrom(1, Infinity),
  }),
  step('T', 'the number of steps of this training', (_, T) => T, {
    latex: atom('T'),
    range: rangeFrom(1, Infinity),
  }),
  step('ld', 'linear decay, 1 - s/T with s = min(t - 1, T)', (at, T) => 1 - stepsOver(at, T) / T, {
    latex: atom('\\mathrm{ld}'),
    range: everything, // In [0, 1]: to say so would simplify abs(ld) and change the key that its results are stored under.
  }),
  step(
    'cd',
    'cosine decay, (1 + cos(2*pi*n*s/T)) / 2 with s = min(t - 1, T)',
    (at, T, [n]) => halfCosine((2 * Math.PI * (n as number) * stepsOver(at, T)) / T),
    {
      parameters: [cycles(0.5)],
      latex: { render: (_, [n]) => `\\mathrm{cd}_{${n as string}}` },
      range: rangeFrom(0, 1),
    },
  ),
  step(
    'rd',
    'restart decay, (1 + cos(pi*((n*s) mod T)/T)) / 2 with s = min(t - 1, T)',
    (at, T, [n]) => halfCosine((Math.PI * (((n as number) * stepsOver(at, T)) % T)) / T),
    {
      parameters: [cycles(1)],
      latex: { render: (_, [n]) => `\\mathrm{rd}_{${n as string}}` },
      range: rangeFrom(0, 1),
    },
  ),

  element('add', 'x + y', {
    arity: 2,
    float64: (args) => first(args) + second(args),
    javascript: infixed('+'),
    notation: { symbol: '+', precedence: L.sum, associativity: 'left' },
    latex: { render: ([x, y]) => `${x} + ${y}`, level: L.sum, needs: [L.sum, L.sum] },
    flops: 1,
    facts: { commutative: true, associative: true, range: range2(sum) },
  }),
  element('sub', 'x - y', {
    arity: 2,
    float64: (args) => first(args) - second(args),
    javascript: infixed('-'),
    notation: { symbol: '-', precedence: L.sum, associativity: 'left' },
    latex: { render: ([x, y]) => `${x} - ${y}`, level: L.sum, needs: [L.sum, L.product] },
    flops: 1,
    facts: { range: range2((x, y) => sum(x, negated(y))) },
  }),
  element('mul', 'x * y', {
    arity: 2,
    float64: (args) => first(args) * second(args),
    javascript: infixed('*'),
    notation: { symbol: '*', precedence: L.product, associativity: 'left' },
    latex: { render: ([x, y]) => `${x} \\cdot ${y}`, level: L.product, needs: [L.product, L.power] },
    flops: 1,
    facts: { commutative: true, associative: true, threeValued: 'arguments', range: range2(product) },
  }),
  element('div', 'x / y; nothing is added to y', {
    arity: 2,
    float64: (args) => first(args) / second(args),
    javascript: infixed('/'),
    notation: { symbol: '/', precedence: L.product, associativity: 'left' },
    latex: { render: ([x, y]) => `\\frac{${x}}{${y}}`, level: L.power },
    flops: 1,
    facts: { range: range2((x, y) => product(x, reciprocal(y))) },
  }),
  element('neg', '-x', {
    float64: (args) => -first(args),
    javascript: ([x]) => `(-${x})`,
    notation: { symbol: '-', precedence: L.negation, associativity: 'prefix' },
    latex: { render: ([x]) => `-${x}`, level: L.sum, needs: [L.product] },
    flops: 1,
    facts: { odd: true, threeValued: 'arguments', range: range1(negated) },
  }),
  element('pow', 'x^y; for an integer literal y the product x*x*… from the left', {
    arity: 2,
    float64: (args) => (args[0] as number) ** (args[1] as number),
    javascript: fround1('Math.pow'),
    lower: chain,
    notation: { symbol: '^', precedence: L.power, associativity: 'right' },
    latex: { render: ([x, y]) => `${x}^{${y}}`, level: L.power, needs: [L.atom, 0] },
    flops: 10,
    facts: { range: range2(power) },
  }),

  analytic('exp', 'e^x', { render: ([x]) => `e^{${x}}`, level: L.power }, 10, {
    range: range1((x) => mapped(x, Math.exp)),
  }),
  analytic('log', 'natural logarithm', { render: ([x]) => `\\ln\\left(${x}\\right)` }, 10, {
    range: range1((x) => (x.low > 0 ? mapped(x, Math.log) : everything)),
  }),
  analytic('sqrt', 'square root', { render: ([x]) => `\\sqrt{${x}}` }, 1, {
    keepsSign: true,
    square: 1,
    range: range1((x) => mapped(rangeFrom(Math.max(0, x.low), Math.max(0, x.high)), Math.sqrt)),
  }),
  analytic('tanh', 'hyperbolic tangent', { render: ([x]) => `\\tanh\\left(${x}\\right)` }, 10, {
    odd: true,
    keepsSign: true,
    range: range1((x) => mapped(x, Math.tanh)),
  }),
  analytic('cos', 'cosine', { render: ([x]) => `\\cos\\left(${x}\\right)` }, 10, {
    even: true,
    range: () => unit,
  }),
  element('abs', 'absolute value', {
    float64: (args) => Math.abs(first(args)),
    javascript: ([x]) => `Math.abs(${x})`,
    latex: { render: ([x]) => `\\left|${x}\\right|` },
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
    javascript: ([x]) => `(${x} > 0 ? 1 : ${x} < 0 ? -1 : ${x} === 0 ? 0 : ${x})`,
    latex: named('sign'),
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
    javascript: ([x], [l]) => clamp(x as string, String(Math.fround(l as number))),
    latex: named('clip'),
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
    javascript: ([x, y]) => `Math.min(${x}, ${y})`,
    latex: { render: ([x, y]) => `\\min\\left(${x}, ${y}\\right)` },
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
    javascript: ([x, y]) => `Math.max(${x}, ${y})`,
    latex: { render: ([x, y]) => `\\max\\left(${x}, ${y}\\right)` },
    flops: 1,
    facts: {
      commutative: true,
      associative: true,
      idempotent: true,
      range: range2((x, y) => rangeFrom(Math.max(x.low, y.low), Math.max(x.high, y.high))),
    },
  }),

  state(
    'ema',
    's = b*s + (1 - b)*x from s = 0; s after the update',
    {
      parameters: [decay],
      next: (s, x, [b]) => add(mul(literal(b as number), s), mul(literal(1 - (b as number)), x)),
      reads: 'after',
      latex: { render: ([x], [b]) => `\\operatorname{ema}_{${b}}\\left(${x}\\right)` },
      flops: 3,
    },
    { identity: unused, range: range1(withZero) },
  ),
  state(
    'acc',
    's = b*s + x from s = 0; s after the update',
    {
      parameters: [accumulation],
      next: (s, x, [b]) => add(mul(literal(b as number), s), x),
      reads: 'after',
      latex: { render: ([x], [b]) => `\\operatorname{acc}_{${b}}\\left(${x}\\right)` },
      flops: 2,
    },
    { identity: unused, range: range1(sumRange) },
  ),
  state(
    'prev',
    "x's value at the previous step, 0 at the first",
    { parameters: [], next: (_, x) => x, reads: 'before', latex: named('prev'), flops: 0 },
    { threeValued: 'arguments', range: range1(withZero) },
  ),

  {
    kind: 'random',
    name: 'noise',
    summary: 'a standard normal draw per weight and step',
    arity: 0,
    parameters: [],
    draw: 'normal',
    float64: (draw) => draw,
    javascript: (draw) => draw,
    latex: atom('\\mathcal N\\left(0, 1\\right)'),
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
    javascript: (draw, [x]) => `(${draw} === 0 ? 0 : ${x})`,
    latex: named('drop'),
    flops: 10,
    facts: { zero: true, identity: unused, threeValued: 'arguments', range: range1(withZero) },
  },
];

/** Every name of the language and what it means. Infix operators have the names of `expression.ts`. */
export const operations: ReadonlyMap<string, Operation> = new Map(table.map((o) => [o.name, o]));

/** The operation of a leaf or call. Throws on a name that the language does not have: a bug, not bad input. */
export function operationOf(e: { readonly name: string }): Operation {
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
