/** The arithmetic mean. @throws RangeError if there are no values. */
export function mean(values: readonly number[]): number {
  refuseEmpty(values);
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The sample variance, which divides by n − 1: NaN for a single value. @throws RangeError if there are no values. */
export function sampleVariance(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return squares / (values.length - 1);
}

/** The quantile at 1/2. @throws RangeError as {@link quantile}. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The sample quantile at probability p: of the sorted values x₀ … xₙ₋₁, the value at position (n − 1)·p, on the straight line
 * between its two neighbours. This is type 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), and what
 * NumPy and R do by default.
 *
 * @param p From 0 (the least value) to 1 (the greatest).
 * @throws RangeError if there are no values, one of them is NaN, or p is out of bounds.
 * @example quantile([1, 2, 3, 4], 0.25) // 1.75
 */
export function quantile(values: readonly number[], p: number): number {
  refuseEmpty(values);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: expected p from 0 to 1, got ${p}`);
  if (values.some(Number.isNaN)) throw new RangeError('quantile: a value is NaN');
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * p;
  const below = sorted[Math.floor(position)] as number;
  const above = sorted[Math.ceil(position)] as number;
  const part = position % 1;
  return below === above ? below : below * (1 - part) + above * part;
}

function refuseEmpty(values: readonly number[]): void {
  if (values.length === 0) throw new RangeError('expected at least one value');
}
