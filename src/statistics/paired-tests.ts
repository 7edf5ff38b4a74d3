import { stream } from '../random/index.ts';
import { midranks } from './ranks.ts';
import { selectInPlace } from './select.ts';

/** Up to so many pairs every assignment of signs is tried: half a million of them. */
const EXACT_PAIRS = 20;
/** Random assignments beyond that. */
const DRAWS = 99_999;
/** Sums, and differences, that agree to so large a part of the largest are equal: they differ by rounding alone. */
const ROUNDING = 1e-12;

/**
 * The two-sided p of the paired permutation test of the mean: of all ways to give the differences their signs, the share
 * whose mean is at least as far from 0 as the one that was found. Fisher, The Design of Experiments (1935), §21. It is exact
 * for any differences that are as likely to be positive as negative if the pair's members are alike: no normality, and ties
 * and zeros do no harm. Beyond twenty pairs the share is that among 99,999 random ways and the one that was found.
 *
 * @param options `seed` of the random ways.
 * @throws RangeError if there are no differences, or one is not finite.
 * @example pairedPermutation([0.01, 0.02, 0.015, 0.03, 0.01, 0.02]) // 0.03125, the least that six pairs can give
 */
export function pairedPermutation(
  differences: readonly number[],
  { seed = 1 }: { readonly seed?: number } = {},
): number {
  checkDifferences('pairedPermutation', differences);
  const least = Math.abs(sumOf(differences)) - ROUNDING * reachOf(differences);
  const { sums } = waysOf(differences, seed);
  return sums.reduce((count, sum) => count + (Math.abs(sum) >= least ? 1 : 0), 0) / sums.length;
}

/**
 * The same test turned into an interval of the mean: it holds every mean from which the values do not differ by the test, whose
 * p is above `level`. Where values are as likely to lie above their mean as below it by as much, it holds the true one with a probability
 * of at least 1 − level, and hardly more from seven values on.
 *
 * A way that changes the signs of some values is as far out as the one that was found for every mean at or above the lower of
 * two numbers: the mean of those values, and that of the others; so an end of the interval is a quantile of such means.
 * Hartigan, Using Subsample Values as Typical Values (1969).
 *
 * @param options `seed` of the random ways, beyond twenty values.
 * @returns null if the values are too few to differ from any mean at this level: fewer than six, at 5 %.
 * @throws RangeError if there are no values, or one is not finite.
 * @example permutationInterval([1, 2, 3, 4, 5, 7], 0.05) // { low: 1, high: 7 }
 */
export function permutationInterval(
  values: readonly number[],
  level: number,
  { seed = 1 }: { readonly seed?: number } = {},
): { readonly low: number; readonly high: number } | null {
  checkDifferences('permutationInterval', values);
  const [total, rounding] = [sumOf(values), ROUNDING * reachOf(values)];
  const { sums, flipped } = waysOf(values, seed);
  const meanOf = (sum: number, count: number) => (Math.abs(sum) <= rounding ? 0 : sum / count);
  const lower = new Float64Array(sums.length);
  const upper = new Float64Array(sums.length);
  for (let way = 0; way < sums.length; way++) {
    const count = flipped[way] as number;
    const sum = (total - (sums[way] as number)) / 2;
    // If no sign or every sign is changed, it is as far out for every mean.
    const none = count === 0 || count === values.length;
    const [changed, others] = [meanOf(sum, count), meanOf(total - sum, values.length - count)];
    lower[way] = none ? Number.NEGATIVE_INFINITY : Math.min(changed, others);
    upper[way] = none ? Number.POSITIVE_INFINITY : Math.max(changed, others);
  }
  const outside = Math.floor(level * sums.length);
  const low = selectInPlace(lower, outside);
  const high = selectInPlace(upper, upper.length - 1 - outside);
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : null;
}

/** Ways to give differences their signs. */
interface Ways {
  /** Sums of the differences with these signs; the first is with those that were found. */
  readonly sums: Float64Array;
  /** How many signs are changed. */
  readonly flipped: Uint16Array;
}

const waysOf = (differences: readonly number[], seed: number): Ways =>
  differences.length > EXACT_PAIRS ? drawnWays(differences, seed) : allWays(differences);

/** Sums with the first sign as it is: the other half of the sums are these with their signs changed. */
function allWays([first = 0, ...others]: readonly number[]): Ways {
  const sums = new Float64Array(2 ** others.length);
  const flipped = new Uint16Array(sums.length);
  sums[0] = first;
  for (const [i, d] of others.entries()) {
    const known = 2 ** i;
    for (let j = 0; j < known; j++) {
      const sum = sums[j] as number;
      sums[j] = sum + d;
      sums[j + known] = sum - d;
      flipped[j + known] = (flipped[j] as number) + 1;
    }
  }
  return { sums, flipped };
}

function drawnWays(differences: readonly number[], seed: number): Ways {
  const sums = new Float64Array(DRAWS + 1);
  const flipped = new Uint16Array(sums.length);
  sums[0] = sumOf(differences);
  const random = stream(seed, 'permutation');
  for (let way = 1; way < sums.length; way++) {
    let [sum, count] = [0, 0];
    let bits = 0;
    for (const [i, d] of differences.entries()) {
      bits = i % 32 === 0 ? random.uint32() : bits >>> 1;
      const change = bits % 2 === 0 ? 0 : 1;
      sum += change === 0 ? d : -d;
      count += change;
    }
    sums[way] = sum;
    flipped[way] = count;
  }
  return { sums, flipped };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
/** How far from 0 the sum is at most, whatever the signs. */
const reachOf = (values: readonly number[]): number => sumOf(values.map(Math.abs));

/**
 * The two-sided p of Wilcoxon's signed-rank test, exact at every number of pairs and with ties: the distribution of the sum of
 * positive ranks over all ways to give the ranks their signs, equal differences having the mean of their ranks. Differences of
 * 0 are left out, as Wilcoxon did (Individual Comparisons by Ranking Methods, 1945); if nothing is left, p is 1.
 *
 * @throws RangeError if there are no differences, or one is not finite.
 * @example wilcoxonSignedRank([0.01, 0.02, 0.015, 0.03, 0.01, -0.02]) // 0.15625
 */
export function wilcoxonSignedRank(differences: readonly number[]): number {
  checkDifferences('wilcoxonSignedRank', differences);
  const largest = Math.max(...differences.map(Math.abs));
  const sizes = differences.map((d) => Math.round(Math.abs(d) / (ROUNDING * largest)));
  const kept = differences.filter((_, i) => (sizes[i] as number) > 0);
  if (kept.length === 0) return 1;
  // Twice the ranks are whole numbers.
  const ranks = midranks(sizes.filter((size) => size > 0)).map((rank) => 2 * rank);
  const all = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + ((kept[i] as number) > 0 ? rank : 0), 0);
  const lower = Math.min(positive, all - positive);
  const tail = subsetSums(ranks, all)
    .subarray(0, lower + 1)
    .reduce((sum, p) => sum + p, 0);
  return Math.min(1, 2 * tail);
}

/** The probability of every sum of the ranks that fair coins choose. */
function subsetSums(ranks: readonly number[], all: number): Float64Array {
  const probabilities = new Float64Array(all + 1);
  probabilities[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      const without = probabilities[sum] as number;
      probabilities[sum] = 0.5 * (without + (sum >= rank ? (probabilities[sum - rank] as number) : 0));
    }
  }
  return probabilities;
}

/**
 * The least two-sided p that either test can give for so many pairs: 2 of the 2ⁿ ways to give n differences their signs are as
 * far out as n equal signs.
 *
 * @example smallestPairedP(5) // 0.0625: five pairs never show anything at 5 %
 */
export function smallestPairedP(pairs: number): number {
  if (pairs > EXACT_PAIRS) return 1 / (DRAWS + 1);
  return Math.min(1, 2 ** (1 - pairs));
}

function checkDifferences(name: string, differences: readonly number[]): void {
  if (differences.length === 0) throw new RangeError(`${name}: expected at least one difference`);
  const bad = differences.find((d) => !Number.isFinite(d));
  if (bad !== undefined) throw new RangeError(`${name}: a difference is ${bad}`);
}
