import { midranks } from './ranks.ts';
import { mean } from './summary.ts';

/**
 * Spearman's rank correlation of two lists of values, ties having the mean of their ranks; places where either is no number are left
 * out. NaN where fewer than two are left, or all of one list are equal.
 *
 * @example rankCorrelation([1, 2, 3], [10, 30, 20]) // 0.5
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const sound = a.flatMap((value, i) => {
    const other = b[i] ?? Number.NaN;
    return Number.isNaN(value) || Number.isNaN(other) ? [] : [[value, other] as const];
  });
  if (sound.length < 2) return Number.NaN;
  const [x, y] = ([0, 1] as const).map((side) => {
    const ranks = midranks(sound.map((pair) => pair[side]));
    const middle = mean(ranks);
    return ranks.map((rank) => rank - middle);
  }) as [number[], number[]];
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}
