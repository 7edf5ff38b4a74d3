import { LEVEL } from '../../compare/index.ts';
import { mean, sampleVariance, studentQuantile } from '../../statistics/index.ts';
import { compareScores, corrected, estimate, type PairedComparison, type SeedMean } from '../scores.ts';
import type { ContestTable, KeptTraining } from './data.ts';

/** A found optimizer beside a known one. */
export interface Row extends PairedComparison {
  /** The least true difference that such a test sees four times in five; null for fewer than three pairs. */
  readonly least: number | null;
  readonly verdict: 'better' | 'worse' | 'not told apart' | 'not tested';
}

/** An optimizer of a contest with its scores on the test examples, and what it is known by. */
export type Judged = ContestTable['optimizers'][number] & {
  readonly scores: readonly number[];
  readonly test: SeedMean;
  readonly validation: SeedMean;
  readonly diverged: number;
};

export interface ContestSummary {
  readonly task: string;
  /** Name of the score, and what it is multiplied by where people read it. */
  readonly score: { readonly name: string; readonly unit: string; readonly factor: number };
  readonly seeds: number;
  /** The order is that of the contest: found ones by the retest, then the known ones. */
  readonly standings: readonly Judged[];
  /** Every found optimizer with every known one; their tests are corrected together. */
  readonly rows: readonly Row[];
}

const SCORES = {
  accuracy: { name: 'test accuracy, %', unit: 'points', factor: 100 },
  perplexity: { name: '100 / test perplexity', unit: 'points', factor: 100 },
  bleu: { name: 'test BLEU', unit: 'BLEU', factor: 1 },
} as const;

/** Says of each found optimizer how it does beside each known one. */
export function summarizeContest({ task, score, seeds, optimizers, trials }: ContestTable): ContestSummary {
  const translated = score === 'bleu';
  const testOf = ({ bleu = Number.NaN, test = Number.NaN }: KeptTraining): number =>
    translated ? bleu : test;
  const lowest = Math.min(...trials.filter(({ status }) => status === 'ok').map(testOf));
  const scoreOf = (trial: KeptTraining): number => {
    if (trial.status === 'failed') return Number.NaN;
    // A training that diverged counts for no more than the worst one that did not.
    if (trial.status === 'diverged') return translated ? 0 : Math.min(trial.reward, lowest);
    return testOf(trial);
  };
  const standings = optimizers.map((optimizer): Judged => {
    const own = seeds.map((seed) => trials.find((one) => one.seed === seed && one.key === optimizer.key)!);
    const scores = own.map(scoreOf);
    return {
      ...optimizer,
      scores,
      test: estimate(scores),
      validation: estimate(own.map(({ status, reward }) => (status === 'failed' ? Number.NaN : reward))),
      diverged: own.filter(({ status }) => status === 'diverged').length,
    };
  });
  const [found, known] = [standings.filter((one) => one.found), standings.filter((one) => !one.found)];
  const compared = corrected(found.flatMap((one) => known.map((other) => compareScores(one, other))));
  const tests = compared.filter(({ p }) => p !== null).length;
  return {
    task,
    score: SCORES[score],
    seeds: seeds.length,
    standings,
    rows: compared.map((row) => ({
      ...row,
      least: leastSeen(row.difference.values, tests),
      verdict: verdictOf(row),
    })),
  };
}

function verdictOf({ adjusted, difference }: PairedComparison): Row['verdict'] {
  if (adjusted === null) return 'not tested';
  if (adjusted > LEVEL) return 'not told apart';
  return difference.mean > 0 ? 'better' : 'worse';
}

/** Share of the tests that see a difference of the size of {@link leastSeen}. */
const POWER = 0.8;

/**
 * The least true mean difference that a paired test sees with a probability of 80 %, at a level that is divided by the number of tests, as Holm's
 * method divides it for the first: the sum of two of Student's quantiles times the standard error.
 *
 * @param differences Of the pairs: they say how much pairs differ among themselves.
 */
export function leastSeen(differences: readonly number[], tests: number): number | null {
  if (differences.length < 3 || !differences.every(Number.isFinite)) return null;
  const degrees = differences.length - 1;
  const reach =
    studentQuantile(1 - LEVEL / Math.max(tests, 1), degrees) + studentQuantile(2 * POWER - 1, degrees);
  return reach * Math.sqrt(sampleVariance(differences) / differences.length);
}

/** The found optimizer of the headline: the first by the retest, so that no test score has a part in the choice. */
export function bestFound({ standings }: ContestSummary): Judged | undefined {
  return standings.find(({ found }) => found);
}

/** A share of some rules that have a property. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

export const shareOf = ({ count, of }: Share): number => (of === 0 ? Number.NaN : count / of);

const Z = 1.959963984540054;

/** Wilson's 95 % interval of a share. Wilson, Probable Inference (1927). */
export function shareInterval({ count, of }: Share): readonly [low: number, high: number] {
  if (of === 0) return [0, 1];
  const share = count / of;
  const middle = (share + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const reach = (Z / (1 + Z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

/** One share less another with its 95 % interval. Newcombe, Interval Estimation for the Difference between Independent Proportions (1998), method 10. */
export function shareDifference(
  one: Share,
  other: Share,
): { readonly mean: number; readonly low: number; readonly high: number } {
  const [a, b] = [shareOf(one), shareOf(other)];
  const [[lowA, highA], [lowB, highB]] = [shareInterval(one), shareInterval(other)];
  return {
    mean: a - b,
    low: a - b - Math.sqrt((a - lowA) ** 2 + (highB - b) ** 2),
    high: a - b + Math.sqrt((highA - a) ** 2 + (b - lowB) ** 2),
  };
}

/** The mean of numbers; NaN if there is none. */
export const meanOrNone = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : mean(values);
