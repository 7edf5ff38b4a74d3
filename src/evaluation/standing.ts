import type { Evaluation } from './evaluation.ts';

/** What the order of trainings is about. */
export type Standing = Pick<Evaluation, 'status' | 'reward'>;

const PLACES: Readonly<Record<Evaluation['status'], number>> = { ok: 0, diverged: 1, failed: 2 };

/**
 * Compares two trainings, for sorting, the better one first: one that finished stands above one that diverged, and that above one
 * that failed, whatever their rewards; otherwise the higher reward counts. A rule may finish below chance, which is the reward of
 * one that diverged.
 *
 * @example [diverged, finished].sort(byStanding) // the finished one first
 */
export function byStanding(a: Standing, b: Standing): number {
  return PLACES[a.status] - PLACES[b.status] || b.reward - a.reward;
}

/**
 * The lowest reward of the trainings that finished; Infinity where none did. A training that diverged counts for no more than
 * this where rewards are averaged: see {@link weight}.
 */
export function lowestFinished(trainings: readonly Standing[]): number {
  return trainings.reduce(
    (least, { status, reward }) => (status === 'ok' ? Math.min(least, reward) : least),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * What a training counts for in a mean beside others: its reward; where it diverged, at most what the worst one of those that finished has.
 *
 * @param lowest {@link lowestFinished} of all that it stands beside.
 */
export function weight({ status, reward }: Standing, lowest: number): number {
  return status === 'ok' ? reward : Math.min(reward, lowest);
}
