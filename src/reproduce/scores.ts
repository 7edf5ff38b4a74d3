import type { Evaluation } from '../evaluation/index.ts';
import { holm, type Interval, mean, meanInterval, pairedPermutation } from '../statistics/index.ts';
import type { TrainedOptimizer } from './trainings.ts';

/** A mean over seeds. */
export interface SeedMean {
  /** NaN if there is no value. */
  readonly mean: number;
  /** The values that are averaged. */
  readonly values: readonly number[];
  /** 95 % interval, as `meanInterval` of statistics/ gives it. */
  readonly interval: Interval | null;
}

/** Averages values; those that are NaN are left out. */
export function estimate(values: readonly number[]): SeedMean {
  const sound = values.filter((value) => !Number.isNaN(value));
  return {
    mean: sound.length === 0 ? Number.NaN : mean(sound),
    values: sound,
    interval: meanInterval(sound),
  };
}

/** One optimizer compared with another over pairs of equal seeds. */
export interface PairedComparison {
  readonly name: string;
  readonly other: string;
  readonly pairs: number;
  /** Number of pairs in which its score is the higher one. */
  readonly higher: number;
  /** Its score minus that of the other. */
  readonly difference: SeedMean;
  /** p-value of the paired permutation test; null for fewer than two pairs, or if a pair is infinitely far apart. */
  readonly p: number | null;
  /** The same, corrected by Holm's method for all that are compared together. */
  readonly adjusted: number | null;
}

/**
 * Compares each of some optimizers with each of others; the tests are corrected together. A training that diverged counts for no more
 * than the worst one that finished.
 *
 * @param score Higher is better.
 */
export function compareAll(
  found: readonly TrainedOptimizer[],
  others: readonly TrainedOptimizer[],
  score: (evaluation: Evaluation) => number,
): readonly PairedComparison[] {
  const all = [...found, ...others].flatMap(({ evaluations }) => evaluations);
  const lowest = Math.min(...all.filter(({ status }) => status === 'ok').map(score));
  const counted = (evaluation: Evaluation): number =>
    evaluation.status === 'diverged' ? Math.min(score(evaluation), lowest) : score(evaluation);
  return corrected(found.flatMap((one) => others.map((other) => comparePair(one, other, counted))));
}

/** Corrects the tests of comparisons that are read together, by Holm's method. */
export function corrected(rows: readonly PairedComparison[]): readonly PairedComparison[] {
  const adjusted = holm(rows.flatMap(({ p }) => (p === null ? [] : [p])));
  let next = 0;
  return rows.map((row) => (row.p === null ? row : { ...row, adjusted: adjusted[next++]! }));
}

/** Compares one optimizer with another; the test is not {@link corrected}. */
export function comparePair(
  one: TrainedOptimizer,
  other: TrainedOptimizer,
  score: (evaluation: Evaluation) => number,
): PairedComparison {
  const scored = ({ name, evaluations }: TrainedOptimizer): SeedScores => ({
    name,
    scores: evaluations.map(score),
  });
  return compareScores(scored(one), scored(other));
}

/** An optimizer with a score per seed; NaN where there is none. */
export interface SeedScores {
  readonly name: string;
  readonly scores: readonly number[];
}

/** The same of scores that are known. */
export function compareScores(one: SeedScores, other: SeedScores): PairedComparison {
  const differences = one.scores
    .map((score, i) => score - (other.scores[i] ?? Number.NaN))
    .filter((difference) => !Number.isNaN(difference));
  return {
    name: one.name,
    other: other.name,
    pairs: differences.length,
    higher: differences.filter((difference) => difference > 0).length,
    difference: estimate(differences),
    p: differences.length < 2 || !differences.every(Number.isFinite) ? null : pairedPermutation(differences),
    adjusted: null,
  };
}
