import * as z from 'zod';
import * as f from '../fields.ts';
import type { Entrant } from './entrants.ts';
import type { LandscapeDefinition } from './landscape.ts';
import { relativeRegret, YARDSTICK } from './relative-regret.ts';
import { budgetsWithin, type Trial, type TrialResult } from './trial.ts';

export const conditionSchema = z.strictObject({
  landscape: f.text('name of the landscape'),
  noise: f.number('standard deviation of the noise in the rewards'),
});

/** A landscape under one noise. */
export type Condition = f.DataOf<typeof conditionSchema>;

/** What is compared, and how long. */
export interface BakeoffPlan {
  /** Random search among them: it is the yardstick. */
  readonly entrants: readonly Entrant[];
  readonly landscapes: readonly LandscapeDefinition[];
  /** Rules proposed in a search. */
  readonly samples: number;
  /** Searches of every strategy under every condition, with seeds 1, 2, … */
  readonly seeds: number;
  /** Whether settings are chosen from each entrant's grid first; else every option has its default. */
  readonly tune: boolean;
}

/** Tuning has seeds of its own, so that no setting is chosen by luck with the seeds that are reported. */
export const TUNING_SEEDS: readonly number[] = [1001, 1002, 1003, 1004];
/** Rules proposed in a search of the tuning: "best" means best for searches of up to a thousand rules. */
const TUNING_SAMPLES = 1_000;

const name = f.text('name of the entry');

export const entrySchema = z.strictObject({
  name,
  strategy: f.text('name of the strategy'),
  options: f.options,
});

/** A entrant with the settings that it enters with. */
export type Entry = f.DataOf<typeof entrySchema>;

export const tunedSchema = z.strictObject({
  name,
  options: f.options,
  relativeRegret: f.figure('regret divided by that of random search on the tuning seeds'),
});

/** How one setting did on the tuning seeds; the one of the lowest regret is chosen. */
export type Tuned = f.DataOf<typeof tunedSchema>;

export interface BakeoffResult {
  readonly conditions: readonly Condition[];
  readonly entries: readonly Entry[];
  /** Every setting tried, best first for each entrant; empty without tuning. */
  readonly tuning: readonly Tuned[];
  /** Trials of every entry under every condition, in the order of seeds. */
  readonly results: readonly {
    readonly entry: string;
    readonly condition: Condition;
    readonly trials: readonly TrialResult[];
  }[];
}

/** Runs trials, or knows their results already; gives results in the order of the trials. */
export type RunTrials = (trials: readonly Trial[]) => Promise<readonly TrialResult[]>;

/**
 * Strategies at equal budgets: every one has a grid of the same size to tune on, every one the same seeds, landscapes and
 * noise. A pure function of the plan.
 */
export async function runBakeoff(plan: BakeoffPlan, runTrials: RunTrials): Promise<BakeoffResult> {
  const conditions = conditionsOf(plan.landscapes);
  const tuning = plan.tune ? await tune(plan, conditions, runTrials) : [];
  const entries = plan.entrants.map(({ name, strategy, options }) => {
    const best = tuning.find((tuned) => tuned.name === name);
    return { name, strategy, options: best?.options ?? options };
  });
  const seeds = Array.from({ length: plan.seeds }, (_, i) => i + 1);
  const cells = entries.flatMap((entry) => conditions.map((condition) => ({ entry, condition })));
  const groups = await runGroups(
    cells.map(({ entry, condition }) => trialsOf(entry, condition, seeds, plan.samples)),
    runTrials,
  );
  const results = cells.map(({ entry, condition }, i) => ({
    entry: entry.name,
    condition,
    trials: groups[i] as readonly TrialResult[],
  }));
  return { conditions, entries, tuning, results };
}

/** Rules that all trials of a plan propose together, those of the tuning included: for estimates. */
export function plannedProposals({ entrants, landscapes, samples, seeds, tune }: BakeoffPlan): number {
  const conditions = conditionsOf(landscapes).length;
  const settings = entrants.flatMap(({ grid }) => (tune ? grid : [])).length;
  const tuning = settings * TUNING_SEEDS.length * TUNING_SAMPLES;
  return conditions * (tuning + entrants.length * seeds * samples);
}

export function conditionsOf(landscapes: readonly LandscapeDefinition[]): readonly Condition[] {
  return landscapes.flatMap(({ name, noises }) => noises.map((noise) => ({ landscape: name, noise })));
}

async function tune(
  plan: BakeoffPlan,
  conditions: readonly Condition[],
  runTrials: RunTrials,
): Promise<readonly Tuned[]> {
  const settings = plan.entrants.flatMap(({ name, strategy, options, grid }) =>
    grid.map((own) => ({ name, strategy, options: { ...options, ...own } })),
  );
  const groups = await runGroups(
    settings.flatMap((entry) =>
      conditions.map((condition) => trialsOf(entry, condition, TUNING_SEEDS, TUNING_SAMPLES)),
    ),
    runTrials,
  );
  const trialsAt = (i: number) => groups.slice(i * conditions.length, (i + 1) * conditions.length);
  const yardstick = trialsAt(settings.findIndex(({ name }) => name === YARDSTICK));
  const budgets = budgetsWithin(TUNING_SAMPLES);
  const tuned = settings.map(({ name, options }, i) => ({
    name,
    options,
    relativeRegret: relativeRegret(trialsAt(i), yardstick, budgets),
  }));
  // Stable, so that entrants stay in their order, and equal settings in theirs.
  const order = (name: string): number => plan.entrants.findIndex((one) => one.name === name);
  return tuned.sort((a, b) => order(a.name) - order(b.name) || a.relativeRegret - b.relativeRegret);
}

function trialsOf(
  { strategy, options }: Entry,
  condition: Condition,
  seeds: readonly number[],
  samples: number,
): readonly Trial[] {
  return seeds.map((seed) => ({ strategy, options, ...condition, seed, samples }));
}

/** All groups' trials as one list, so that no worker waits for a group's end. */
async function runGroups(
  groups: readonly (readonly Trial[])[],
  runTrials: RunTrials,
): Promise<readonly (readonly TrialResult[])[]> {
  const results = await runTrials(groups.flat());
  let start = 0;
  return groups.map(({ length }) => {
    start += length;
    return results.slice(start - length, start);
  });
}
