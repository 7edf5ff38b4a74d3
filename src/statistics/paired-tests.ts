import { stream } from '../random/index.ts';
import { midranks } from './ranks.ts';

/** Up to so many pairs every assignment of signs is tried: half a million of them. */
const EXACT_PAIRS = 20;
/** Random assignments beyond that. */
const DRAWS = 99_999;
/** Sums, and differences, that agree to so large a part of the largest are equal: they differ by rounding alone. */
const ROUNDING = 1e-12;

/**
 * The two-sided p of the paired permutation test of the mean: of all ways to give the differences their signs, the share
 * whose mean is at least as far from 0 as the one that was found. Fisher, The Design of Experiments (1935), §21. It is exact
 * for any differences that are as likely to be positive as negative where the pair's members are alike: no normality, and ties
 * and zeros do no harm. Beyond twenty pairs the share is that among 99,999 random ways and the one that was found.
 *
 * @param options `seed` of the random ways.
 * @throws RangeError where there are no differences, or one is not finite.
 * @example pairedPermutation([0.01, 0.02, 0.015, 0.03, 0.01, 0.02]) // 0.03125, the least that six pairs can give
 */
export function pairedPermutation(
  differences: readonly number[],
  { seed = 1 }: { readonly seed?: number } = {},
): number {
  checkDifferences('pairedPermutation', differences);
  const total = differences.reduce((sum, d) => sum + d, 0);
  const reach = differences.reduce((sum, d) => sum + Math.abs(d), 0);
  const asFar = (sum: number): boolean => Math.abs(sum) >= Math.abs(total) - ROUNDING * reach;
  if (differences.length > EXACT_PAIRS) return 1 / (DRAWS + 1) + drawnShare(differences, asFar, seed);
  const sums = signedSums(differences);
  return sums.reduce((count, sum) => count + (asFar(sum) ? 1 : 0), 0) / sums.length;
}

/** With the first sign as it is: the other half of the sums are these with their signs changed. */
function signedSums([first = 0, ...others]: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** others.length);
  sums[0] = first;
  for (const [i, d] of others.entries()) {
    const known = 2 ** i;
    for (let j = 0; j < known; j++) {
      const sum = sums[j] as number;
      sums[j] = sum + d;
      sums[j + known] = sum - d;
    }
  }
  return sums;
}

function drawnShare(differences: readonly number[], asFar: (sum: number) => boolean, seed: number): number {
  const random = stream(seed, 'permutation');
  let count = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    let bits = 0;
    for (const [i, d] of differences.entries()) {
      bits = i % 32 === 0 ? random.uint32() : bits >>> 1;
      sum += bits % 2 === 0 ? d : -d;
    }
    if (asFar(sum)) count++;
  }
  return count / (DRAWS + 1);
}

/**
 * The two-sided p of Wilcoxon's signed-rank test, exact at every number of pairs and with ties: the distribution of the sum of
 * positive ranks over all ways to give the ranks their signs, equal differences having the mean of their ranks. Differences of
 * 0 are left out, as Wilcoxon did (Individual Comparisons by Ranking Methods, 1945); if nothing is left, p is 1.
 *
 * @throws RangeError where there are no differences, or one is not finite.
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
