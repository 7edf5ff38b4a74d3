import { type Call, type Expression, literal } from '../language/expression.ts';

/**
 * How the canonical form takes its own expressions apart: every one is a coefficient times a core, a core is a product
 * of powers, and the core of a sum is a list of terms. Whoever builds a product or a sum notes its parts here, so that
 * nothing is taken apart by looking.
 */
export interface Parts {
  readonly coefficient: number;
  readonly core: Expression;
}

/** base^exponent with an integer exponent of at least 1. */
export interface Factor {
  readonly base: Expression;
  readonly exponent: number;
}

/** The core of a plain number. */
export const ONE: Expression = literal(1);

const parts = new WeakMap<Expression, Parts>();
const factors = new WeakMap<Expression, readonly Factor[]>();
const terms = new WeakMap<Expression, readonly Parts[]>();
const opposites = new WeakMap<Expression, () => Expression>();

const SMALLEST_NORMAL = 2 ** -126;
/** Smaller float64 numbers have fewer digits. */
const SMALLEST_DOUBLE = 2 ** -1022;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Numbers that float32 holds to full precision. */
const isNormal = (value: number): boolean =>
  value === 0 || (Math.abs(value) >= SMALLEST_NORMAL && Math.abs(value) <= LARGEST);

/**
 * Whether `result`, combined of coefficients, may stand for them: not where they are float32 numbers and it is not, so
 * that 1e-30 * (1e-30 * x) does not become 0 * x; and not where float64 loses digits.
 */
export function mayCombine(result: number, ...coefficients: readonly number[]): boolean {
  if (isNormal(result)) return result !== 0;
  const whole = Number.isFinite(result) && Math.abs(result) >= SMALLEST_DOUBLE;
  return whole && !coefficients.every(isNormal);
}

export function partsOf(e: Expression): Parts {
  if (e.kind === 'literal') return { coefficient: e.value, core: ONE };
  return parts.get(e) ?? { coefficient: 1, core: e };
}

export const noteParts = (e: Expression, value: Parts): void => void parts.set(e, value);

export function factorsOf(core: Expression): readonly Factor[] {
  if (core === ONE) return [];
  return factors.get(core) ?? [{ base: core, exponent: 1 }];
}

export const noteFactors = (core: Expression, value: readonly Factor[]): void =>
  void factors.set(core, value);

/** The terms of a sum's core; undefined when the core is no sum. */
export const termsOf = (core: Expression): readonly Parts[] | undefined => terms.get(core);

/** `opposite` makes the sum with every sign changed. */
export function noteSum(core: Expression, value: readonly Parts[], opposite: () => Expression): void {
  terms.set(core, value);
  opposites.set(core, opposite);
}

/** −core as a sum, undefined when the core is no sum. */
export const oppositeOf = (core: Expression): Expression | undefined => opposites.get(core)?.();

/** 1/y: with a coefficient it is written c/y. */
export const isReciprocal = (e: Expression): e is Call =>
  e.kind === 'call' && e.name === 'div' && partsOf(e.args[0] as Expression).core === ONE;
