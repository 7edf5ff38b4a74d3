import * as z from 'zod';
import * as f from '../fields.ts';
import { mean, meanInterval, median } from '../statistics/index.ts';
import { type BakeoffResult, conditionSchema, entrySchema, tunedSchema } from './bakeoff.ts';
import { relativeRegret, YARDSTICK } from './relative-regret.ts';
import type { TrialResult, TrialStanding } from './trial.ts';

const estimateSchema = z.strictObject({
  mean: f.figure('mean over seeds'),
  interval: f.interval('95 % interval of the mean'),
});
/** A mean over seeds, with its interval as `meanInterval` of statistics/ gives it. */
export type Estimate = f.DataOf<typeof estimateSchema>;

const pointSchema = z.strictObject({
  samples: f.count('rules proposed so far'),
  regret: estimateSchema.describe(
    'reward of the best rule of the landscape minus that of the best rule found',
  ),
  proposalRegret: estimateSchema.describe('the same of the rules proposed lately'),
  distinctShare: f.number('distinct rules divided by proposals'),
});
type CurvePoint = f.DataOf<typeof pointSchema>;

const curveSchema = z.strictObject({
  entry: f.text('name of the entry'),
  condition: conditionSchema.describe('the landscape with its noise'),
  seeds: f.count('number of searches'),
  points: f.list(pointSchema, 'course of the searches'),
  reachedTop: f.count('searches that proposed a rule of the best hundredth'),
  samplesToTop: f.number('median number of proposals up to the first such rule').nullable(),
});
/** One strategy under one condition. */
export type Curve = f.DataOf<typeof curveSchema>;

const rankedSchema = z.strictObject({
  entry: f.text('name of the entry'),
  relativeRegret: f.figure('regret divided by that of random search'),
});
/** An entry beside the yardstick, whose {@link relativeRegret} is 1. */
export type Ranked = f.DataOf<typeof rankedSchema>;

/** A comparison of strategies, as documents hold it. */
export const bakeoffSchema = z.strictObject({
  conditions: f.list(conditionSchema, 'the landscapes with their noise'),
  entries: f.list(entrySchema, 'the strategies that were compared'),
  tuning: f.list(tunedSchema, 'settings that were tried, with `--tune`'),
  budget: f.count('rules proposed in a search'),
  repeats: f.count('searches per strategy and condition'),
  ranking: f.list(rankedSchema, 'the strategies, best first'),
  curves: f.list(curveSchema, 'one curve per strategy and condition'),
});

/** Curves of every strategy under every condition. */
export function summarize({ results }: BakeoffResult): readonly Curve[] {
  return results.map(({ entry, condition, trials }) => {
    const tops = trials.map(({ samplesToTop }) => samplesToTop ?? Number.POSITIVE_INFINITY);
    const middle = median(tops);
    return {
      entry,
      condition,
      seeds: trials.length,
      points: pointsOf(trials),
      reachedTop: tops.filter(Number.isFinite).length,
      samplesToTop: Number.isFinite(middle) ? middle : null,
    };
  });
}

/** Entries by their relative regret over all conditions and some budgets, the best first. */
export function rank(results: BakeoffResult['results'], budgets: readonly number[]): readonly Ranked[] {
  const entries = [...new Set(results.map(({ entry }) => entry))];
  const trialsOf = (name: string) =>
    results.filter(({ entry }) => entry === name).map(({ trials }) => trials);
  const ranked = entries.map((entry) => ({
    entry,
    relativeRegret: relativeRegret(trialsOf(entry), trialsOf(YARDSTICK), budgets),
  }));
  return ranked.sort((a, b) => a.relativeRegret - b.relativeRegret);
}

function pointsOf(trials: readonly TrialResult[]): readonly CurvePoint[] {
  const { standings } = trials[0] as TrialResult;
  return standings.map(({ samples }, i) => {
    const at = trials.map((trial) => trial.standings[i] as TrialStanding);
    return {
      samples,
      regret: estimate(at.map(({ regret }) => regret)),
      proposalRegret: estimate(at.map(({ proposalRegret }) => proposalRegret)),
      distinctShare: mean(at.map(({ distinctShare }) => distinctShare)),
    };
  });
}

function estimate(values: readonly number[]): Estimate {
  return { mean: mean(values), interval: meanInterval(values) };
}
