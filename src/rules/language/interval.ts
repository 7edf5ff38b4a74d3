/** A closed interval [low, high] of the extended reals: all values that a finite result can have. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const interval = (low: number, high: number): Interval => ({ low, high });

export const everything: Interval = interval(-Infinity, Infinity);
export const unit: Interval = interval(-1, 1);

/** The smallest interval with every given value, NaN (0·∞, ∞ − ∞) counting as unknown. */
function hull(values: readonly number[]): Interval {
  return values.some(Number.isNaN) ? everything : interval(Math.min(...values), Math.max(...values));
}

/** The interval and 0: what a selection or a running average of it can be. */
export const withZero = (a: Interval): Interval => interval(Math.min(a.low, 0), Math.max(a.high, 0));

export const negated = (a: Interval): Interval => interval(-a.high, -a.low);

export const sum = (a: Interval, b: Interval): Interval => interval(a.low + b.low, a.high + b.high);

/** 0·∞ counts as 0: an end at infinity stands for finite values only. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

export const product = (a: Interval, b: Interval): Interval =>
  hull([times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)]);

/** 1/a; everything when a may be 0 on both sides. */
export function reciprocal(a: Interval): Interval {
  if (a.low >= 0) return interval(1 / a.high, 1 / Math.abs(a.low));
  if (a.high <= 0) return negated(reciprocal(negated(a)));
  return everything;
}

/** The image under a function that never decreases. */
export const mapped = (a: Interval, f: (x: number) => number): Interval => hull([f(a.low), f(a.high)]);

export function magnitude(a: Interval): Interval {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negated(a);
  return interval(0, Math.max(-a.low, a.high));
}

/** x^y; unknown unless the base is positive or the exponent a single integer. */
export function power(x: Interval, y: Interval): Interval {
  if (y.low === y.high && Number.isInteger(y.low)) return integerPower(x, y.low);
  if (!(x.low > 0)) return everything;
  return hull([x.low ** y.low, x.low ** y.high, x.high ** y.low, x.high ** y.high]);
}

function integerPower(x: Interval, n: number): Interval {
  if (n < 0) return reciprocal(integerPower(x, -n));
  return mapped(n % 2 === 0 ? magnitude(x) : x, (value) => value ** n);
}
