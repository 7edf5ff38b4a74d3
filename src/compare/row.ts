import type { Evaluation } from '../evaluation/index.ts';
import {
  type Interval,
  mean,
  meanInterval,
  median,
  pairedPermutation,
  probabilityOfSuperiority,
  wilcoxonSignedRank,
} from '../statistics/index.ts';
import { type LearningRateRange, learningRateRange, meanSweep } from './learning-rates.ts';

/** A mean of differences between pairs of equal seeds; the interval is as `meanInterval` gives it. */
export interface PairedDifference {
  readonly pairs: number;
  readonly mean: number;
  readonly interval: Interval | null;
}

/** What the evaluations of one rule on one task say, seed by seed. */
export interface RuleFigures {
  /** Rewards in the order of the seeds; NaN if the evaluation failed for outside reasons, which says nothing about the rule. */
  readonly rewards: readonly number[];
  /** Mean of the sound rewards; NaN if there are none. */
  readonly mean: number;
  /** The interval of the mean, as `meanInterval` of statistics/ gives it; null for fewer than three sound rewards, and where all are equal. */
  readonly interval: Interval | null;
  /** This rule less the reference; null for the reference itself, and where no pair is sound. */
  readonly difference: PairedDifference | null;
  /** The probability that a reward of this rule is above one of the reference, a tie being half. */
  readonly superiority: number | null;
  /** The learning rate that each sweep chose, in the order of the seeds; NaN if every one diverged. */
  readonly learningRates: readonly number[];
  /** The learning rates within 1 % of the best in the mean sweep; null if every one diverged. */
  readonly range: LearningRateRange | null;
  /** How many of the evaluations chose a learning rate at the edge of the grid, diverged, failed. */
  readonly edgeOfGrid: number;
  readonly diverged: number;
  readonly failed: number;
  /** Milliseconds per training step, with network, rule and validation: the median over seeds, as measured when they were trained. */
  readonly millisecondsPerStep: number;
}

/** The same with the p values of both tests, not corrected; null for the reference and fewer than two sound pairs. */
export interface TestedFigures extends RuleFigures {
  readonly tests: { readonly permutation: number; readonly wilcoxon: number } | null;
}

/**
 * @param evaluations One a seed.
 * @param reference Those of the reference, in the same order of seeds; absent for the reference itself.
 */
export function measure(
  evaluations: readonly Evaluation[],
  reference: readonly Evaluation[] | undefined,
): TestedFigures {
  const rewards = evaluations.map(rewardOf);
  const sound = rewards.filter(isNumber);
  const others = (reference ?? []).map(rewardOf);
  const differences = rewards.map((reward, i) => reward - (others[i] ?? Number.NaN)).filter(isNumber);
  const soundOthers = others.filter(isNumber);
  const count = (is: (evaluation: Evaluation) => boolean) => evaluations.filter(is).length;
  const trained = evaluations.filter(({ status }) => status !== 'failed');
  return {
    rewards,
    mean: sound.length === 0 ? Number.NaN : mean(sound),
    interval: meanInterval(sound),
    difference:
      differences.length === 0
        ? null
        : { pairs: differences.length, mean: mean(differences), interval: meanInterval(differences) },
    superiority:
      sound.length === 0 || soundOthers.length === 0 ? null : probabilityOfSuperiority(sound, soundOthers),
    learningRates: evaluations.map(({ learningRate }) => learningRate),
    range: learningRateRange(meanSweep(trained.map(({ sweep }) => sweep))),
    edgeOfGrid: count(({ edgeOfGrid }) => edgeOfGrid),
    diverged: count(({ status }) => status === 'diverged'),
    failed: count(({ status }) => status === 'failed'),
    millisecondsPerStep:
      trained.length === 0
        ? Number.NaN
        : median(trained.map(({ seconds, steps }) => (1_000 * seconds) / Math.max(steps, 1))),
    tests:
      differences.length < 2
        ? null
        : { permutation: pairedPermutation(differences), wilcoxon: wilcoxonSignedRank(differences) },
  };
}

const isNumber = (value: number): boolean => !Number.isNaN(value);

const rewardOf = ({ status, reward }: Evaluation): number => (status === 'failed' ? Number.NaN : reward);
