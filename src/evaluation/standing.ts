import { type EvaluationStatus, statuses } from './evaluation.ts';

/** What trainings are ranked by. */
export interface Standing {
  readonly status: EvaluationStatus;
  readonly reward: number;
}

/**
 * Compares two trainings, for sorting, the better one first: one that finished stands above one that was stopped early, whose reward is
 * an estimate, then come those that diverged, were rejected, and failed, whatever their rewards; otherwise the higher reward counts. A
 * rule may finish below chance, which is the reward of one that diverged.
 *
 * @example [diverged, finished].sort(byStanding) // the finished one first
 */
export function byStanding(a: Standing, b: Standing): number {
  return statuses.indexOf(a.status) - statuses.indexOf(b.status) || b.reward - a.reward;
}

/** Whether the reward says how well the rule trains: it was measured, or estimated from a part of the training. */
export const learnt = ({ status }: Pick<Standing, 'status'>): boolean =>
  status === 'ok' || status === 'stopped';

/**
 * The lowest reward of the trainings that finished or were stopped early; Infinity if none did. A training that diverged counts for no
 * more than this when rewards are averaged: see {@link weight}.
 */
export function lowestFinished(trainings: readonly Standing[]): number {
  return trainings.reduce(
    (least, training) => (learnt(training) ? Math.min(least, training.reward) : least),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * What a training counts for in a mean with others: its reward; if it diverged or was rejected, at most that of the worst one that did not.
 * Where scores have units of their own, it is that of the worst one.
 *
 * @param lowest {@link lowestFinished} of all of them.
 */
export function weight(training: Standing, lowest: number): number {
  if (learnt(training)) return training.reward;
  return Math.min(finiteReward(training, lowest), lowest);
}

/**
 * A reward to be averaged with others: one that is minus infinity, as that of a training which came to nothing in units of its own, is
 * replaced by the worst of those that finished, if any did.
 *
 * @param lowest {@link lowestFinished} of all of them.
 */
export function finiteReward({ reward }: Pick<Standing, 'reward'>, lowest: number): number {
  return reward === Number.NEGATIVE_INFINITY && lowest < Number.POSITIVE_INFINITY ? lowest : reward;
}
