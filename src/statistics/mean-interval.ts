import { permutationInterval } from './paired-tests.ts';
import { studentQuantile } from './student.ts';
import { mean, sampleVariance } from './summary.ts';

/** A confidence interval, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The share of intervals that hold the true value. */
export const CONFIDENCE = 0.95;

/** Two values say next to nothing of how values spread: their interval would be 13 times as wide as their distance. */
const FEWEST = 3;

/** Values whose spread is so small a part of them are equal: they differ by rounding alone. */
const ROUNDING = 1e-12;

/**
 * The 95 % confidence interval of the mean of independent values, such as rewards over seeds or differences between pairs.
 *
 * From six values on it is {@link permutationInterval}, the means that the paired permutation test does not reject at 5 %: an
 * interval of differences leaves 0 out exactly where that test's p, not yet corrected, is at most 0.05. With three to five
 * values the test can reject nothing, and the interval is Student's, which takes the values to be normal.
 *
 * null for fewer than three values, and for values that are all equal, as these do not say how far others may lie from them; null
 * also where one is infinite, such as the perplexity of a training that diverged.
 *
 * @throws RangeError for NaN.
 * @example meanInterval([0.91, 0.89, 0.93]) // { low: 0.8603…, high: 0.9597… }
 */
export function meanInterval(values: readonly number[]): Interval | null {
  if (values.some(Number.isNaN)) throw new RangeError('meanInterval: a value is NaN');
  if (values.length < FEWEST || !values.every(Number.isFinite) || allEqual(values)) return null;
  return permutationInterval(values, 1 - CONFIDENCE) ?? studentInterval(values);
}

function studentInterval(values: readonly number[]): Interval {
  const middle = mean(values);
  const reach = studentQuantile(CONFIDENCE, values.length - 1) * Math.sqrt(squaredError(values));
  return { low: middle - reach, high: middle + reach };
}

/** The square of the standard error of the mean of two values or more. */
export const squaredError = (values: readonly number[]): number => sampleVariance(values) / values.length;

function allEqual(values: readonly number[]): boolean {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return greatest - least <= ROUNDING * Math.max(Math.abs(least), Math.abs(greatest));
}
