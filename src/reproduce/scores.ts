import type { Evaluation } from '../evaluation/index.ts';
import { holm, type Interval, mean, meanInterval, pairedPermutation } from '../statistics/index.ts';
import type { Trained } from './trainings.ts';

/** A mean over seeds. */
export interface Estimate {
  /** NaN where there is no value. */
  readonly mean: number;
  /** What it is the mean of. */
  readonly values: readonly number[];
  /** At 95 %, as `meanInterval` of statistics/ gives it. */
  readonly interval: Interval | null;
}

/** Values that are not numbers are left out. */
export function estimate(values: readonly number[]): Estimate {
  const sound = values.filter((value) => !Number.isNaN(value));
  return {
    mean: sound.length === 0 ? Number.NaN : mean(sound),
    values: sound,
    interval: meanInterval(sound),
  };
}

/** One optimizer beside another, over pairs of equal seeds. */
export interface Beside {
  readonly name: string;
  readonly other: string;
  readonly pairs: number;
  /** Pairs in which it is the higher of the two. */
  readonly higher: number;
  /** Its score less the other's. */
  readonly difference: Estimate;
  /** The p-value of the paired permutation test, and corrected by Holm's method for all that are compared together; null for fewer than two pairs, and where one is infinitely far apart. */
  readonly p: number | null;
  readonly adjusted: number | null;
}

/**
 * Each of some optimizers beside each of others; the tests are corrected together. A training that diverged counts for no more than
 * the worst one that finished.
 *
 * @param score More is better.
 */
export function besideAll(
  found: readonly Trained[],
  others: readonly Trained[],
  score: (evaluation: Evaluation) => number,
): readonly Beside[] {
  const all = [...found, ...others].flatMap(({ evaluations }) => evaluations);
  const lowest = Math.min(...all.filter(({ status }) => status === 'ok').map(score));
  const counted = (evaluation: Evaluation): number =>
    evaluation.status === 'diverged' ? Math.min(score(evaluation), lowest) : score(evaluation);
  return correct(found.flatMap((one) => others.map((other) => beside(one, other, counted))));
}

/** Corrects the tests of rows that are read together, by Holm's method. */
export function correct(rows: readonly Beside[]): readonly Beside[] {
  const adjusted = holm(rows.flatMap(({ p }) => (p === null ? [] : [p])));
  let at = 0;
  return rows.map((row) => (row.p === null ? row : { ...row, adjusted: adjusted[at++] as number }));
}

/** One optimizer beside another; its test stands alone until it is {@link correct}ed. */
export function beside(one: Trained, other: Trained, score: (evaluation: Evaluation) => number): Beside {
  const scores = ({ evaluations }: Trained) => evaluations.map(score);
  const [own, theirs] = [scores(one), scores(other)];
  const differences = own
    .map((value, i) => value - (theirs[i] ?? Number.NaN))
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

/** The mean with its interval: `62.31 [61.90, 62.72]`; with what it is the mean of, where that is two values: `62.31 (61.90, 62.72)`. */
export const valueText = (estimated: Estimate): string => textOf(estimated, (value) => value.toFixed(2));

/** The same of a difference: `+0.52 [+0.10, +0.94]`. */
export const differenceText = (difference: Estimate): string => textOf(difference, signed);

function textOf({ mean: value, values, interval }: Estimate, write: (value: number) => string): string {
  if (Number.isNaN(value)) return '—';
  const around = (interval === null ? [] : [interval.low, interval.high]).map(write).join(', ');
  if (around !== '') return `${write(value)} [${around}]`;
  return write(value) + (values.length === 2 ? ` (${values.map(write).join(', ')})` : '');
}

/** An accuracy in per cent. */
export const percent = (accuracy: Estimate): string => valueText(hundredfold(accuracy));

/** A difference of accuracies in points. */
export const points = (difference: Estimate): string => differenceText(hundredfold(difference));

/** A mean with nothing around it. */
export const alone = (value: number): Estimate => ({ mean: value, values: [], interval: null });

const hundredfold = ({ mean: value, values, interval }: Estimate): Estimate => ({
  mean: 100 * value,
  values: values.map((one) => 100 * one),
  interval: interval && { low: 100 * interval.low, high: 100 * interval.high },
});

const signed = (value: number): string => {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
};
