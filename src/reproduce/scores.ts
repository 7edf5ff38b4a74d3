import { intervalOf } from '../compare/index.ts';
import type { Evaluation } from '../evaluate/index.ts';
import { holm, type Interval, mean, pairedPermutation } from '../statistics/index.ts';
import type { Trained } from './trainings.ts';

/** A mean over seeds with its bootstrap interval at 95 %, which a single value has not. */
export interface Estimate {
  /** NaN where there is no value. */
  readonly mean: number;
  readonly interval: Interval | null;
}

/** Values that are not numbers are left out. */
export function estimate(values: readonly number[]): Estimate {
  const sound = values.filter((value) => !Number.isNaN(value));
  return {
    mean: sound.length === 0 ? Number.NaN : mean(sound),
    interval: intervalOf(sound),
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
  /** Of the paired permutation test, and corrected by Holm's method for all that are compared together; null for fewer than two pairs. */
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
    p: differences.length < 2 ? null : pairedPermutation(differences),
    adjusted: null,
  };
}

/** With its interval: `62.31 [61.90, 62.72]`. */
export function valueText({ mean: value, interval }: Estimate): string {
  if (Number.isNaN(value)) return '—';
  return (
    value.toFixed(2) + (interval === null ? '' : ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`)
  );
}

/** A difference with its interval: `+0.52 [+0.10, +0.94]`. */
export function differenceText({ mean: value, interval }: Estimate): string {
  if (Number.isNaN(value)) return '—';
  return signed(value) + (interval === null ? '' : ` [${signed(interval.low)}, ${signed(interval.high)}]`);
}

/** An accuracy in per cent. */
export const percent = (accuracy: Estimate): string => valueText(hundredfold(accuracy));

/** A difference of accuracies in points. */
export const points = (difference: Estimate): string => differenceText(hundredfold(difference));

const hundredfold = ({ mean: value, interval }: Estimate): Estimate => ({
  mean: 100 * value,
  interval: interval && { low: 100 * interval.low, high: 100 * interval.high },
});

const signed = (value: number): string => {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
};
