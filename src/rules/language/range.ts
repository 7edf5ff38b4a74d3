/** A closed range [low, high] of the extended reals: all values that a finite result can have. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export const rangeFrom = (low: number, high: number): Range => ({ low, high });

export const everything: Range = rangeFrom(-Infinity, Infinity);
export const unit: Range = rangeFrom(-1, 1);

/** The smallest range with every given value, NaN (0·∞, ∞ − ∞) counting as unknown. */
function hull(values: readonly number[]): Range {
  return values.some(Number.isNaN) ? everything : rangeFrom(Math.min(...values), Math.max(...values));
}

/** The range and 0: what a selection or a running average of it can be. */
export const withZero = (a: Range): Range => rangeFrom(Math.min(a.low, 0), Math.max(a.high, 0));

export const negated = (a: Range): Range => rangeFrom(-a.high, -a.low);

export const sum = (a: Range, b: Range): Range => rangeFrom(a.low + b.low, a.high + b.high);

/** 0·∞ counts as 0: an end at infinity stands for finite values only. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

export const product = (a: Range, b: Range): Range =>
  hull([times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)]);

/** 1/a; everything when a may be 0 on both sides. */
export function reciprocal(a: Range): Range {
  if (a.low >= 0) return rangeFrom(1 / a.high, 1 / Math.abs(a.low));
  if (a.high <= 0) return negated(reciprocal(negated(a)));
  return everything;
}

/** The image under a function that never decreases. */
export const mapped = (a: Range, f: (x: number) => number): Range => hull([f(a.low), f(a.high)]);

export function magnitude(a: Range): Range {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negated(a);
  return rangeFrom(0, Math.max(-a.low, a.high));
}

/** x^y; unknown unless the base is positive or the exponent a single integer. */
export function power(x: Range, y: Range): Range {
  if (y.low === y.high && Number.isInteger(y.low)) return integerPower(x, y.low);
  if (!(x.low > 0)) return everything;
  return hull([x.low ** y.low, x.low ** y.high, x.high ** y.low, x.high ** y.high]);
}

function integerPower(x: Range, n: number): Range {
  if (n < 0) return reciprocal(integerPower(x, -n));
  return mapped(n % 2 === 0 ? magnitude(x) : x, (value) => value ** n);
}
