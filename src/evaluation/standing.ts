import { type EvaluationStatus, statuses } from './evaluation.ts';

/** What trainings are ranked by. */
export interface Standing {
  readonly status: EvaluationStatus;
  readonly reward: number;
}

/**
 * Compares two trainings, for sorting, the better one first: one that finished stands above one that diverged, and that above one
 * that failed, whatever their rewards; otherwise the higher reward counts. A rule may finish below chance, which is the reward of
 * one that diverged.
 *
 * @example [diverged, finished].sort(byStanding) // the finished one first
 */
export function byStanding(a: Standing, b: Standing): number {
  return statuses.indexOf(a.status) - statuses.indexOf(b.status) || b.reward - a.reward;
}

/**
 * The lowest reward of the trainings that finished; Infinity if none did. A training that diverged counts for no more than
 * this when rewards are averaged: see {@link weight}.
 */
export function lowestFinished(trainings: readonly Standing[]): number {
  return trainings.reduce(
    (least, { status, reward }) => (status === 'ok' ? Math.min(least, reward) : least),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * What a training counts for in a mean with others: its reward; if it diverged, at most that of the worst one that finished.
 *
 * @param lowest {@link lowestFinished} of all of them.
 */
export function weight({ status, reward }: Standing, lowest: number): number {
  return status === 'ok' ? reward : Math.min(reward, lowest);
}
