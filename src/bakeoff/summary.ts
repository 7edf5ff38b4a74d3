import { type Interval, mean, meanInterval, median } from '../statistics/index.ts';
import type { BakeoffResult, Condition } from './bakeoff.ts';
import { relativeRegret, YARDSTICK } from './relative-regret.ts';
import type { TrialResult, TrialStanding } from './trial.ts';

/** A mean over seeds, with its 95 % interval as `meanInterval` of statistics/ gives it. */
export interface Estimate {
  readonly mean: number;
  readonly interval: Interval | null;
}

/** Means over seeds after so many proposals. */
export interface CurvePoint {
  readonly samples: number;
  readonly regret: Estimate;
  readonly proposalRegret: Estimate;
  readonly distinctShare: number;
}

/** One strategy under one condition. */
export interface Curve {
  readonly entry: string;
  readonly condition: Condition;
  readonly seeds: number;
  readonly points: readonly CurvePoint[];
  /** Searches that proposed a rule of the best hundredth at all. */
  readonly reachedTop: number;
  /** Proposals up to the first such rule, the median over seeds; null where it lies beyond the budget. */
  readonly samplesToTop: number | null;
}

/** An entry beside the yardstick. */
export interface Ranked {
  readonly entry: string;
  /** See {@link relativeRegret}; 1 for the yardstick. */
  readonly relativeRegret: number;
}

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
