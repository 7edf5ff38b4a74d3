import { type Call, call, type Expression, type Literal, literal } from '../language/expression.ts';
import type { ElementOperation, Facts, Operation } from '../language/operation.ts';
import { operationOf } from '../language/operations.ts';
import { isThreeValued, rangeOf, structure } from './analysis.ts';
import { type Factor, factorsOf, partsOf } from './parts.ts';
import { compareText, divide, multiply, negate, raise } from './products.ts';
import { addSigned } from './sums.ts';

/**
 * The ordered table of rewrites. Each keeps the value, within rounding, wherever the original's intermediate values are
 * finite; where the comment says so, to the bit. A rewrite sees a call whose arguments are canonical, and says what the
 * call becomes, or undefined. What is left out, and why, is in docs/language.md.
 */
export interface Rewrite {
  /** Which operations it looks at. */
  readonly on: (operation: Operation) => boolean;
  readonly apply: (e: Call, x: Expression, y: Expression) => Expression | undefined;
  /** Its results are canonical already. */
  readonly normal?: true;
}

const named =
  (...names: readonly string[]) =>
  ({ name }: Operation): boolean =>
    names.includes(name);

const having =
  (...facts: readonly (keyof Facts)[]) =>
  (operation: Operation): boolean =>
    facts.every((fact) => operation.facts[fact]);

const isCall = (e: Expression, name: string): e is Call => e.kind === 'call' && e.name === name;

const withArgument = (e: Call, x: Expression): Call => call(e.name, [x], e.parameters);

export const rewrites: readonly Rewrite[] = [
  // f(1, 2) => its value, computed in float64, if that is finite
  { on: ({ kind }) => kind === 'element', apply: fold },
  // f(0) => 0
  { on: having('zero'), apply: (_, x) => (x.kind === 'literal' && x.value === 0 ? x : undefined) },
  // ema(x, 0) => x, acc(x, 0) => x, drop(x, 0) => x
  {
    on: having('identity'),
    apply: (e, x) => (operationOf(e).facts.identity?.(e.parameters) ? x : undefined),
  },

  // -x, x + y, x - y, x * y, x / y to the normal forms of sums.ts and products.ts
  { on: named('neg'), apply: (_, x) => negate(x), normal: true },
  { on: named('add'), apply: (_, x, y) => addSigned(x, y, 1), normal: true },
  { on: named('sub'), apply: (_, x, y) => addSigned(x, y, -1), normal: true },
  { on: named('mul'), apply: (_, x, y) => multiply(x, y), normal: true },
  { on: named('div'), apply: (_, x, y) => divide(x, y), normal: true },

  // x^2 to the normal form of products
  {
    on: named('pow'),
    apply: (_, x, y) => (isInteger(y) && y.value > 1 ? raise(x, y.value) : undefined),
    normal: true,
  },
  // x^0 => 1, x^1 => x, x^-2 => 1 / x^2
  { on: named('pow'), apply: smallPower },
  // 1^x => 1
  { on: named('pow'), apply: (_, x) => (x.kind === 'literal' && x.value === 1 ? x : undefined) },

  // f(-x) => -f(x) for an odd f, to the bit
  { on: having('odd'), apply: (e, x) => (isNegative(x) ? negative(withArgument(e, negate(x))) : undefined) },
  // f(-x) => f(x) for an even f, to the bit
  { on: having('even'), apply: (e, x) => (isNegative(x) ? withArgument(e, negate(x)) : undefined) },

  // sign(x) => 1 where x > 0, -1 where x < 0, whatever its arguments
  { on: named('sign'), apply: knownSign },
  // sign(f(x)) => sign(x) for an f that keeps the sign: clip, tanh, sqrt, sign
  {
    on: named('sign'),
    apply: (e, x) =>
      x.kind === 'call' && operationOf(x).facts.keepsSign ? withArgument(e, x.args[0]!) : undefined,
  },
  // sign(abs(x)) => sign(x)^2, to the bit
  {
    on: named('sign'),
    apply: (e, x) => (isCall(x, 'abs') ? call('pow', [withArgument(e, x.args[0]!), literal(2)]) : undefined),
  },
  // sign(c * x) => sign(x), sign(x / c) => sign(x) for a c > 0 that cannot vanish or overflow
  { on: named('sign'), apply: (e, x) => mapped(withoutPositive(x), (rest) => withArgument(e, rest)) },

  // abs(x) => x for x >= 0, to the bit
  { on: named('abs'), apply: (_, x) => (rangeOf(x).low >= 0 ? x : undefined) },
  // abs(x) => -x for x <= 0, to the bit
  { on: named('abs'), apply: (_, x) => (rangeOf(x).high <= 0 ? negate(x) : undefined) },
  // abs(sign(x)) => sign(x)^2, to the bit
  { on: named('abs'), apply: (_, x) => (isThreeValued(x) ? raise(x, 2) : undefined) },
  // abs(c * x) => c * abs(x)
  {
    on: named('abs'),
    apply: (e, x) => mapped(scaled(x), ({ coefficient, core }) => times(coefficient, withArgument(e, core))),
  },

  // clip(x, l) => x for -l <= x <= l, to the bit
  { on: named('clip'), apply: (e, x) => (within(x, e.parameters[0]!) ? x : undefined) },
  // clip(clip(x, k), l) => clip(x, min(k, l)), to the bit
  {
    on: named('clip'),
    apply: (e, x) =>
      isCall(x, 'clip') ? call('clip', x.args, [Math.min(e.parameters[0]!, x.parameters[0]!)]) : undefined,
  },
  // clip(sign(x), l) => l * sign(x) for l < 1, to the bit
  { on: named('clip'), apply: (e, x) => (isThreeValued(x) ? times(e.parameters[0]!, x) : undefined) },

  // exp(log(x)) => x
  { on: named('exp'), apply: (_, x) => (isCall(x, 'log') ? x.args[0] : undefined) },
  // x^0.5 => sqrt(x)
  {
    on: named('pow'),
    apply: (_, x, y) => (y.kind === 'literal' && y.value === 0.5 ? call('sqrt', [x]) : undefined),
  },

  // min(min(x, y), x) => min(x, y), in a fixed order; numbers folded; to the bit
  { on: having('commutative', 'associative', 'idempotent'), apply: lattice, normal: true },
];

function mapped<T>(value: T | undefined, f: (value: T) => Expression): Expression | undefined {
  return value === undefined ? undefined : f(value);
}

const times = (c: number, x: Expression): Expression => call('mul', [literal(c), x]);
const negative = (x: Expression): Expression => call('neg', [x]);
const isNegative = (x: Expression): boolean => x.kind !== 'literal' && partsOf(x).coefficient < 0;

function fold(e: Call): Expression | undefined {
  const values: number[] = [];
  for (const arg of e.args) {
    if (arg.kind !== 'literal') return undefined;
    values.push(arg.value);
  }
  const value = (operationOf(e) as ElementOperation).float64(values, e.parameters);
  return Number.isFinite(value) ? literal(value) : undefined;
}

const isInteger = (e: Expression): e is Literal => e.kind === 'literal' && Number.isInteger(e.value);

function smallPower(_: Call, x: Expression, y: Expression): Expression | undefined {
  if (!isInteger(y)) return undefined;
  if (y.value === 0) return literal(1);
  if (y.value === 1) return x;
  return call('div', [literal(1), call('pow', [x, literal(-y.value)])]);
}

/** Farther from 0 than float32 underflows. */
function knownSign(_: Call, x: Expression): Expression | undefined {
  const { low, high } = rangeOf(x);
  if (low >= SMALLEST) return literal(1);
  return high <= -SMALLEST ? literal(-1) : undefined;
}

const SMALLEST = 1e-37;

/** A product or quotient without its factors that are positive and bounded; undefined when there are none. */
function withoutPositive(x: Expression): Expression | undefined {
  const { coefficient, core } = partsOf(x);
  if (!isHarmless(literal(coefficient))) return undefined;
  if (isCall(core, 'div') && isHarmless(core.args[1]!)) return core.args[0];
  const factors = factorsOf(core).map(power);
  const rest = factors.filter((factor) => !isHarmless(factor));
  if (rest.length === factors.length && coefficient === 1) return undefined;
  return rest.length === 0 ? literal(1) : rest.reduce((a, b) => call('mul', [a, b]));
}

const power = ({ base, exponent }: Factor): Expression =>
  exponent === 1 ? base : call('pow', [base, literal(exponent)]);

/** Positive, and multiplying or dividing by it takes no float32 to 0 or infinity but those near the ends. */
function isHarmless(e: Expression): boolean {
  const { low, high } = rangeOf(e);
  return low >= 1e-10 && high <= 1e10;
}

/** The parts of an expression that has a coefficient. */
function scaled(x: Expression) {
  const parts = partsOf(x);
  return parts.coefficient === 1 || x.kind === 'literal' ? undefined : parts;
}

function within(x: Expression, l: number): boolean {
  const { low, high } = rangeOf(x);
  return -l <= low && high <= l;
}

/** min and max of many: flat, sorted, each once. */
function lattice(e: Call): Expression {
  const byText = new Map(flatten(e, e.name).map((arg) => [structure(arg), arg]));
  const args = [...byText.values()].sort((a, b) => compareText(structure(a), structure(b)));
  const numbers = args.filter((arg) => arg.kind === 'literal');
  const others = args.filter((arg) => arg.kind !== 'literal');
  const bounds =
    numbers.length === 0
      ? []
      : [numbers.reduce<Expression>((a, b) => fold(call(e.name, [a, b])) ?? a, numbers[0]!)];
  return [...bounds, ...others].reduce((a, b) => call(e.name, [a, b]));
}

function flatten(e: Expression, name: string): readonly Expression[] {
  return isCall(e, name) ? e.args.flatMap((arg) => flatten(arg, name)) : [e];
}
