import { operationOf } from '../language/operations.ts';
import { isThreeValued } from './analysis.ts';
import {
  type Core,
  type Factor,
  type Normal,
  number,
  ONE,
  operationCore,
  productCore,
  same,
  scale,
  textOf,
  toExpression,
} from './normal.ts';

/** Arithmetic on normal forms: products, powers and quotients. Factors that are step scalars come first. */

/** x·y. */
export function multiply(x: Normal, y: Normal): Normal {
  const coefficient = x.coefficient * y.coefficient;
  if (x.coefficient === 0 || y.coefficient === 0) return number(0);
  const isAlone = Math.abs(x.coefficient) === 1 || Math.abs(y.coefficient) === 1;
  if (isAlone || mayCombine(coefficient, x.coefficient, y.coefficient)) {
    return build(coefficient, merge(x.core, y.core));
  }
  return multiplyApart(x, y);
}

/** The product of two whose coefficients may not combine: one keeps its own, as a factor. */
function multiplyApart(x: Normal, y: Normal): Normal {
  const sign = Math.sign(x.coefficient) * Math.sign(y.coefficient);
  const [first, second] = [x, y]
    .map(({ coefficient, core }) => scale(Math.abs(coefficient), core))
    .sort((a, b) => compareText(textOf(a), textOf(b))) as [Normal, Normal];
  return build(sign * first.coefficient, combine([...factorsOf(first.core), { base: second, exponent: 1 }]));
}

/** x^n for an integer n of at least 2. */
export function raise(x: Normal, n: number): Normal {
  const coefficient = x.coefficient ** n;
  if (!mayCombine(coefficient, x.coefficient)) return build(1, [{ base: x, exponent: n }]);
  const { base, exponent } = asPower(x.core);
  return build(coefficient, [{ base, exponent: exponent * n }]);
}

/** x/y; undefined if it stays as it is because its value may not be finite. */
export function divide(x: Normal, y: Normal): Normal | undefined {
  if (y.coefficient === 0) return undefined;
  if (x.coefficient === 0) return number(0);
  const coefficient = x.coefficient / y.coefficient;
  if (!mayCombine(coefficient, x.coefficient, y.coefficient)) return undefined;
  // x / x => 1
  if (same(x.core, y.core)) return number(coefficient);
  // x / c => (1/c) * x
  if (y.core === ONE) return scale(coefficient, x.core);
  const [numerator, denominator] = [scale(1, x.core), scale(1, y.core)];
  // c * (a * x / (b * y)) => c * ((a / b) * (x / y)), where c did not combine with a and b
  if (numerator.coefficient !== 1 || denominator.coefficient !== 1) {
    const inner = divide(numerator, denominator);
    if (inner !== undefined) return multiply(number(coefficient), inner);
  }
  return scale(coefficient, operationCore('div', [numerator, denominator]));
}

/** −x. */
export const negate = ({ coefficient, core }: Normal): Normal => scale(-coefficient, core);

/** The powers whose product a core is: one power, in which the core is the base, if it is no product. */
export function factorsOf(core: Core): readonly Factor[] {
  if (core === ONE) return [];
  return core.kind === 'product' ? core.factors : [{ base: { coefficient: 1, core }, exponent: 1 }];
}

/** A product of two bare cores that are the same is a power of it, even if the core is itself a product. */
function merge(a: Core, b: Core): readonly Factor[] {
  if (a === ONE) return factorsOf(b);
  if (b === ONE) return factorsOf(a);
  const x = asPower(a);
  const y = asPower(b);
  if (sameBase(x, y)) return [{ base: x.base, exponent: x.exponent + y.exponent }];
  return combine([...factorsOf(a), ...factorsOf(b)]);
}

function asPower(core: Core): Factor {
  const [factor, another] = factorsOf(core);
  return factor !== undefined && another === undefined
    ? factor
    : { base: { coefficient: 1, core }, exponent: 1 };
}

const sameBase = (a: Factor, b: Factor): boolean => textOf(a.base) === textOf(b.base);

/** x^a * x^b => x^(a + b) */
function combine(factors: readonly Factor[]): readonly Factor[] {
  const combined: Factor[] = [];
  for (const factor of factors) {
    const { base, exponent } = factor;
    const at = combined.findIndex((other) => sameBase(other, factor));
    if (at < 0) combined.push({ base, exponent });
    else combined[at] = { base, exponent: combined[at]!.exponent + exponent };
  }
  return combined;
}

/** The product of a coefficient and of powers of different bases. */
function build(coefficient: number, factors: readonly Factor[]): Normal {
  for (const [i, factor] of factors.entries()) {
    const simpler = simplerPower(factor);
    if (simpler !== undefined) return multiply(build(coefficient, factors.toSpliced(i, 1)), simpler);
  }
  return scale(coefficient, coreOf(factors));
}

/** Powers of some functions that are powers of something simpler; undefined for all others. */
function simplerPower({ base, exponent }: Factor): Normal | undefined {
  if (exponent === 1) return undefined;
  // sign(x)^3 => sign(x), sign(x)^4 => sign(x)^2
  if (exponent > 2 && isThreeValued(toExpression(base))) return power(base, exponent % 2 === 0 ? 2 : 1);
  if (exponent % 2 !== 0 || base.coefficient !== 1 || base.core.kind !== 'operation') return undefined;
  // sqrt(x)^2 => x, abs(x)^2 => x^2
  const { square } = operationOf(base.core).facts;
  return square && power(base.core.args[0]!, (square * exponent) / 2);
}

const power = (x: Normal, n: number): Normal => (n === 1 ? x : raise(x, n));

function coreOf(factors: readonly Factor[]): Core {
  const [first] = factors;
  if (first === undefined) return ONE;
  const isBare = factors.length === 1 && first.exponent === 1 && first.base.coefficient === 1;
  return isBare ? first.base.core : productCore([...factors].sort(byOrder));
}

function byOrder(a: Factor, b: Factor): number {
  const rank = Number(b.base.core.isStep) - Number(a.base.core.isStep);
  return rank !== 0 ? rank : compareText(textOf(a.base), textOf(b.base));
}

/** Orders texts by code unit, not by the reader's language: the canonical form is the same everywhere. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const SMALLEST_NORMAL = 2 ** -126;
/** Smaller float64 numbers have fewer digits. */
const SMALLEST_DOUBLE = 2 ** -1022;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Numbers that float32 holds to full precision. */
const isNormal = (value: number): boolean =>
  value === 0 || (Math.abs(value) >= SMALLEST_NORMAL && Math.abs(value) <= LARGEST);

/**
 * Whether `result`, combined of coefficients, may stand for them: not if they are float32 numbers and it is not, so that
 * 1e-30 * (1e-30 * x) does not become 0 * x; and not if float64 loses digits.
 */
function mayCombine(result: number, ...coefficients: readonly number[]): boolean {
  if (isNormal(result)) return result !== 0;
  const isWhole = Number.isFinite(result) && Math.abs(result) >= SMALLEST_DOUBLE;
  return isWhole && !coefficients.every(isNormal);
}
