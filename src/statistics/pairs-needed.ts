import { smallestPairedP } from './paired-tests.ts';
import { studentQuantile } from './student.ts';

/** The share of true differences of the size in question that the test is to see. */
const POWER = 0.8;
/** Student's quantiles hardly change beyond so many degrees of freedom, and take long to compute. */
const MANY = 1_000;
/** The paired permutation test sees six equal signs alone where there are six pairs: Φ(1.79)⁶ = 0.8. */
const SEEN_BY_SIX = 1.79;

/**
 * The fewest pairs with which a paired test at 5 % sees a true mean difference four times in five: the least n that is at least
 * (σ/δ)² · (t₀.₉₇₅ + t₀.₈)², Student's quantiles being those of n − 1 degrees of freedom. It holds for the paired t test and, within one
 * in fifty of the power, for the paired permutation test, which cannot reach 5 % with fewer than six pairs.
 *
 * @param difference δ, above 0.
 * @param deviation σ, the standard deviation of the pairs' differences.
 * @throws RangeError for parameters out of bounds.
 * @example pairsNeeded(0.5, 1) // 34
 */
export function pairsNeeded(difference: number, deviation: number): number {
  if (!(difference > 0 && Number.isFinite(difference) && deviation >= 0 && Number.isFinite(deviation))) {
    throw new RangeError(
      `pairsNeeded: expected a difference above 0 and a deviation, got ${difference} and ${deviation}`,
    );
  }
  const fewest = fewestPairs();
  if (difference >= SEEN_BY_SIX * deviation) return fewest;
  const ratio = (deviation / difference) ** 2;
  const least = (degrees: number): number => {
    const known = Math.min(degrees, MANY);
    return ratio * (studentQuantile(0.95, known) + studentQuantile(2 * POWER - 1, known)) ** 2;
  };
  let pairs = Math.max(fewest + 1, Math.floor(least(MANY)));
  while (pairs < least(pairs - 1)) pairs++;
  return pairs;
}

function fewestPairs(): number {
  let pairs = 2;
  while (smallestPairedP(pairs) > 0.05) pairs++;
  return pairs;
}
