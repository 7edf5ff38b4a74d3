import * as z from 'zod';
import { type Evaluation, type Goal, worth } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import {
  mean,
  meanInterval,
  median,
  pairedPermutation,
  probabilityOfSuperiority,
  wilcoxonSignedRank,
} from '../statistics/index.ts';
import { learningRateRange, meanSweep, rangeSchema } from './learning-rates.ts';

/** Intervals are as `meanInterval` of statistics/ gives them. A failed evaluation says nothing about the rule. */
export const figuresSchema = z.strictObject({
  rewards: f.figures(
    'reward per seed, in the units of the score; NaN for a failed evaluation, and if there is none to stand for one that diverged',
  ),
  mean: f.figure('mean of the rewards that did not fail'),
  interval: f.interval('95 % interval of the mean; null for fewer than three rewards'),
  difference: z
    .strictObject({
      pairs: f.count('pairs of equal seeds'),
      mean: f.figure('mean of the differences'),
      interval: f.interval('95 % interval of the mean difference'),
    })
    .nullable()
    .describe('this rule minus the reference over pairs of equal seeds; null for the reference'),
  superiority: f
    .figure('probability that a reward of this rule is better than one of the reference, a tie counting half')
    .nullable(),
  learningRates: f.figures('learning rate that was chosen, per seed'),
  range: rangeSchema
    .nullable()
    .describe('learning rates that do about as well as the best; null if all diverged'),
  edgeOfGrid: f.count('evaluations whose learning rate is at the edge of the grid'),
  diverged: f.count('evaluations that diverged'),
  failed: f.count('evaluations that failed'),
  millisecondsPerStep: f.figure('median time of a training step in milliseconds'),
});

/** What the evaluations of one rule on one task say, seed by seed. */
export type RuleFigures = f.DataOf<typeof figuresSchema>;

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
    range: learningRateRange(meanSweep(trained.map(risingSweep))),
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

/** Where nothing finished, one that diverged in units of its own has no number. */
const rewardOf = ({ status, reward }: Evaluation): number =>
  status === 'failed' || !Number.isFinite(reward) ? Number.NaN : reward;

/** A sweep whose figures are what its scores are worth. */
const risingSweep = ({ sweep, score }: Evaluation): Evaluation['sweep'] =>
  score?.goal !== 'minimise'
    ? sweep
    : sweep.map((point) => ({ ...point, accuracy: worth(point.accuracy, score.goal) }));

/** The same figures in the units of the score: rewards are what ranks, which is minus the score where less is better. */
export function inUnits<Row extends RuleFigures>(row: Row, goal: Goal): Row {
  if (goal === 'maximise') return row;
  const { rewards, mean, interval, difference } = row;
  return {
    ...row,
    rewards: rewards.map((reward) => worth(reward, goal)),
    mean: worth(mean, goal),
    interval: turned(interval),
    difference: difference && {
      ...difference,
      mean: worth(difference.mean, goal),
      interval: turned(difference.interval),
    },
  };
}

const turned = (interval: RuleFigures['interval']): RuleFigures['interval'] =>
  interval && { low: 0 - interval.high, high: 0 - interval.low };
