/**
 * The probability that a value of `a` is greater than one of `b`, estimated over all pairs of them, a tie being half a win: the
 * A of Vargha and Delaney, A Critique and Improvement of the CL Common Language Effect Size Statistics (2000), which is
 * Mann and Whitney's U divided by the number of pairs. 0.5 where neither is better.
 *
 * @throws RangeError if a sample is empty.
 * @example probabilityOfSuperiority([2, 3], [1, 2]) // 0.875
 */
export function probabilityOfSuperiority(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) {
    throw new RangeError('probabilityOfSuperiority: expected at least one value in each sample');
  }
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  return wins / (a.length * b.length);
}
