import { mean, midranks } from '../../statistics/index.ts';

/**
 * Spearman's rank correlation of two lists of values, ties having the mean of their ranks; values that are not numbers count as
 * the least. NaN where all of one list are equal.
 *
 * @example rankCorrelation([1, 2, 3], [10, 30, 20]) // 0.5
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map((values) => {
    const ranks = midranks(values.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value)));
    const middle = mean(ranks);
    return ranks.map((rank) => rank - middle);
  }) as [number[], number[]];
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}
