import { call, type Expression, literal } from '../language/expression.ts';
import { isStepScalar, isThreeValued, same, structure } from './analysis.ts';
import {
  type Factor,
  factorsOf,
  isReciprocal,
  mayCombine,
  noteFactors,
  noteParts,
  ONE,
  oppositeOf,
  type Parts,
  partsOf,
} from './parts.ts';

/**
 * The normal form of products: one coefficient, then powers of different bases in a fixed order, step scalars first.
 * All arguments are canonical, and so are the results.
 */

/** x·y. */
export function multiply(x: Expression, y: Expression): Expression {
  const a = partsOf(x);
  const b = partsOf(y);
  const coefficient = a.coefficient * b.coefficient;
  if (a.coefficient === 0 || b.coefficient === 0) return literal(0);
  if (mayCombine(coefficient, a.coefficient, b.coefficient)) return build(coefficient, merge(a.core, b.core));
  return multiplyApart(a, b);
}

/** The product of two whose coefficients may not combine: one keeps its own, as a factor. */
function multiplyApart(a: Parts, b: Parts): Expression {
  const sign = Math.sign(a.coefficient) * Math.sign(b.coefficient);
  const [first, second] = [a, b]
    .map(({ coefficient, core }) => scale(Math.abs(coefficient), core))
    .sort((x, y) => compareText(structure(x), structure(y))) as [Expression, Expression];
  const { coefficient, core } = partsOf(first);
  return build(sign * coefficient, combine([...factorsOf(core), { base: second, exponent: 1 }]));
}

/** x^n for an integer n of at least 2. */
export function raise(x: Expression, n: number): Expression {
  const { coefficient, core } = partsOf(x);
  const scaleBy = coefficient ** n;
  if (!mayCombine(scaleBy, coefficient)) return build(1, [{ base: x, exponent: n }]);
  const { base, exponent } = asPower(core);
  return build(scaleBy, [{ base, exponent: exponent * n }]);
}

/** x/y; undefined where it stays as it is because its value may not be finite. */
export function divide(x: Expression, y: Expression): Expression | undefined {
  const a = partsOf(x);
  const b = partsOf(y);
  if (b.coefficient === 0) return undefined;
  if (a.coefficient === 0) return literal(0);
  const coefficient = a.coefficient / b.coefficient;
  if (!mayCombine(coefficient, a.coefficient, b.coefficient)) return undefined;
  // x / x => 1
  if (same(a.core, b.core)) return literal(coefficient);
  // x / c => (1/c) * x
  if (b.core === ONE) return scale(coefficient, a.core);
  return scale(coefficient, call('div', [a.core, b.core]));
}

/** −x. */
export function negate(x: Expression): Expression {
  const { coefficient, core } = partsOf(x);
  return scale(-coefficient, core);
}

/** coefficient·core, written as people would: -x, 2 * x, 2 / x, and a sum with its signs changed. */
export function scale(coefficient: number, core: Expression): Expression {
  if (core === ONE) return literal(coefficient);
  if (coefficient === 1) return core;
  const result = writeScaled(coefficient, core);
  noteParts(result, { coefficient, core });
  return result;
}

function writeScaled(coefficient: number, core: Expression): Expression {
  if (isReciprocal(core)) return call('div', [literal(coefficient), core.args[1] as Expression]);
  if (coefficient === -1) return oppositeOf(core) ?? call('neg', [core]);
  return chain([literal(coefficient), ...factorsOf(core).map(writeFactor)]);
}

/** A product of two bare cores that are the same is a power of it, even where the core is itself a product. */
function merge(a: Expression, b: Expression): readonly Factor[] {
  const x = asPower(a);
  const y = asPower(b);
  if (a !== ONE && b !== ONE && same(x.base, y.base)) {
    return [{ base: x.base, exponent: x.exponent + y.exponent }];
  }
  return combine([...factorsOf(a), ...factorsOf(b)]);
}

function asPower(core: Expression): Factor {
  const factors = factorsOf(core);
  return factors.length === 1 ? (factors[0] as Factor) : { base: core, exponent: 1 };
}

/** x^a * x^b => x^(a + b) */
function combine(factors: readonly Factor[]): readonly Factor[] {
  if (factors.length < 2) return factors;
  const byBase = new Map<string, Factor>();
  for (const { base, exponent } of factors) {
    const key = structure(base);
    const known = byBase.get(key);
    byBase.set(key, { base, exponent: exponent + (known?.exponent ?? 0) });
  }
  return [...byBase.values()];
}

/** The product of a coefficient and of powers of different bases. */
function build(coefficient: number, factors: readonly Factor[]): Expression {
  const index = factors.findIndex((factor) => factor.exponent > 1 && simplerPower(factor) !== undefined);
  if (index >= 0) {
    const rest = build(coefficient, factors.toSpliced(index, 1));
    return multiply(rest, simplerPower(factors[index] as Factor) as Expression);
  }
  return scale(coefficient, coreOf(factors));
}

/** Powers of some functions that are powers of something simpler; undefined for all others. */
function simplerPower({ base, exponent }: Factor): Expression | undefined {
  // sign(x)^3 => sign(x), sign(x)^4 => sign(x)^2
  if (exponent > 2 && isThreeValued(base)) return power(base, exponent % 2 === 0 ? 2 : 1);
  if (exponent % 2 !== 0 || base.kind !== 'call') return undefined;
  const [x] = base.args as [Expression];
  // sqrt(x)^2 => x
  if (base.name === 'sqrt') return power(x, exponent / 2);
  // abs(x)^2 => x^2
  return base.name === 'abs' ? power(x, exponent) : undefined;
}

const power = (x: Expression, n: number): Expression => (n === 1 ? x : raise(x, n));

function coreOf(factors: readonly Factor[]): Expression {
  if (factors.length === 0) return ONE;
  const sorted = factors.length === 1 ? factors : [...factors].sort(byOrder);
  const core = chain(sorted.map(writeFactor));
  if (sorted.length > 1 || (sorted[0] as Factor).exponent > 1) noteFactors(core, sorted);
  return core;
}

/** Step scalars first: a product of several is then one step scalar. */
function byOrder(a: Factor, b: Factor): number {
  const rank = Number(isStepScalar(b.base)) - Number(isStepScalar(a.base));
  return rank !== 0 ? rank : compareText(structure(a.base), structure(b.base));
}

/** By code unit, not by the reader's language: the canonical form is the same everywhere. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const writeFactor = ({ base, exponent }: Factor): Expression =>
  exponent === 1 ? base : call('pow', [base, literal(exponent)]);

const chain = (parts: readonly Expression[]): Expression => parts.reduce((x, y) => call('mul', [x, y]));
