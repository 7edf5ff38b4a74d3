import { type Evaluation, lowestFinished, weight } from '../evaluation/index.ts';
import { mean, midranks } from '../statistics/index.ts';

/** The place of one of several rules over one or more tasks. */
export interface RankedRule {
  /** Index of the rule in the order in which they were given. */
  readonly index: number;
  /** 1 for the best; equal rules keep the order in which they were given. */
  readonly rank: number;
  /** The mean over tasks of its rank in each; rules of equal means share their ranks. */
  readonly meanRank: number;
}

/**
 * The evaluations of several rules on one task as they are weighed against one another: one that diverged has chance as its reward, or
 * the lowest reward of those that finished, where that is lower, or the score has units of its own. So no rule is better than another for having diverged.
 */
export function weighed(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  const lowest = lowestFinished(evaluations);
  return evaluations.map((evaluation) =>
    evaluation.status === 'failed' ? evaluation : { ...evaluation, reward: weight(evaluation, lowest) },
  );
}

/** How the evaluations of one rule on one task ended. */
export interface Endings {
  /** The mean reward of those that did not fail; NaN if all did. */
  readonly mean: number;
  readonly evaluations: number;
  readonly diverged: number;
  readonly failed: number;
}

/** What a rule is ranked by on one task: its mean; less than any mean where none of its trainings finished, but some diverged. */
export function rankingScore({ mean, evaluations, diverged, failed }: Endings): number {
  return diverged > 0 && diverged + failed === evaluations ? -Number.MAX_VALUE : mean;
}

/**
 * The order of rules over tasks whose scores are of different scales: by the mean of their ranks, then by the mean of their
 * scores.
 *
 * @param scores For each task a score of every rule, more being better; NaN for none, which is last.
 * @example rankOver([[0.5, 0.9], [0.4, 0.8]]) // the second rule first, with meanRank 1
 */
export function rankOver(scores: readonly (readonly number[])[]): readonly RankedRule[] {
  const numbers = scores.map((task) => task.map((score) => (Number.isNaN(score) ? -Infinity : score)));
  const ranks = numbers.map((task) => midranks(task.map((score) => -score)));
  const rules = (numbers[0] ?? []).map((_, index) => ({
    index,
    meanRank: mean(ranks.map((task) => task[index] as number)),
    score: mean(numbers.map((task) => task[index] as number)),
  }));
  const better = (a: number, b: number): number => (a === b ? 0 : a > b ? -1 : 1);
  return rules
    .sort((a, b) => a.meanRank - b.meanRank || better(a.score, b.score) || a.index - b.index)
    .map(({ index, meanRank }, i) => ({ index, rank: i + 1, meanRank }));
}
