import { beforeAll, describe, expect, it } from 'vitest';
import {
  type BakeoffPlan,
  type BakeoffResult,
  plannedProposals,
  runBakeoff,
  TUNING_SEEDS,
} from './bakeoff.ts';
import { entrants } from './entrants.ts';
import { landscapes } from './landscapes.ts';
import { marks, type Trial, type TrialResult } from './trial.ts';

const plan: BakeoffPlan = {
  entrants: entrants.entries,
  landscapes: landscapes.entries,
  samples: 300,
  seeds: 3,
  tune: true,
};

/** What was asked, call by call; a trial's regret follows from its strategy and options. */
async function recorded(asked: BakeoffPlan) {
  const calls: (readonly Trial[])[] = [];
  const result = await runBakeoff(asked, async (trials) => {
    calls.push(trials);
    return trials.map(resultOf);
  });
  return { calls, result };
}

/** The larger a setting's largest option, the better; the seed is to be seen in the result. */
function resultOf({ options, seed, samples }: Trial): TrialResult {
  const numbers = Object.values(options).map((value) => (typeof value === 'number' ? value : 0));
  const regret = 1 / (2 + Math.max(0, ...numbers));
  const standings = marks(samples).map((mark) => ({
    samples: mark,
    regret,
    proposalRegret: seed,
    distinctShare: 1,
  }));
  return { standings, samplesToTop: null };
}

const proposalsOf = (trials: readonly Trial[]): number =>
  trials.reduce((sum, { samples }) => sum + samples, 0);

const settingOf = ({ strategy, options }: Trial): string => JSON.stringify([strategy, options]);

/** Everything about a trial but who runs it. */
const fieldOf = ({ landscape, noise, seed, samples }: Trial): string =>
  JSON.stringify([landscape, noise, seed, samples]);

/** The fields of every setting. */
function fieldsBySetting(trials: readonly Trial[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const trial of trials) {
    fields.set(settingOf(trial), [...(fields.get(settingOf(trial)) ?? []), fieldOf(trial)]);
  }
  return fields;
}

describe('a bake-off', () => {
  let calls: readonly (readonly Trial[])[];
  let result: BakeoffResult;
  beforeAll(async () => {
    ({ calls, result } = await recorded(plan));
  });

  it('asks for the tuning at once, then for the comparison at once, as many as planned', () => {
    expect(calls).toHaveLength(2);
    const conditions = 4;
    const settings = 1 + 6 * 4;
    expect(calls.map(({ length }) => length)).toEqual([settings * conditions * 4, 7 * conditions * 3]);
    expect(proposalsOf(calls.flat())).toBe(plannedProposals(plan));
  });

  it('is fair: every setting gets the same landscapes, noises, seeds and budgets, each once', () => {
    for (const trials of calls) {
      const [first, ...others] = fieldsBySetting(trials).values();
      expect(new Set(first).size).toBe(first?.length);
      for (const other of others) expect(other).toEqual(first);
    }
    expect(fieldsBySetting(calls[0] ?? []).size).toBe(25);
    expect(fieldsBySetting(calls[1] ?? []).size).toBe(7);
  });

  it('covers every landscape under every noise, with the seeds that are wanted', () => {
    const [, comparison = []] = calls;
    const noises = (name: string) =>
      new Set(comparison.filter((t) => t.landscape === name).map((t) => t.noise));
    for (const landscape of landscapes.entries) expect([...noises(landscape.name)]).toEqual(landscape.noises);
    expect(result.conditions).toHaveLength(4);
    expect([...new Set(comparison.map(({ seed }) => seed))]).toEqual([1, 2, 3]);
    expect([...new Set(comparison.map(({ samples }) => samples))]).toEqual([300]);
  });

  it('tunes on seeds that are never reported', async () => {
    expect([...new Set(calls[0]?.map(({ seed }) => seed))]).toEqual(TUNING_SEEDS);
    const many = await recorded({ ...plan, seeds: 500, entrants: [entrants.find('random')] });
    const reported = new Set(many.calls[1]?.map(({ seed }) => seed));
    expect(TUNING_SEEDS.filter((seed) => reported.has(seed))).toEqual([]);
  });

  it('enters every entrant with the best setting of its grid', () => {
    expect(result.entries.map(({ name }) => name)).toEqual(entrants.entries.map(({ name }) => name));
    for (const { name, options } of result.entries) {
      const { grid, options: own } = entrants.find(name);
      const tried = result.tuning.filter((tuned) => tuned.name === name);
      expect(tried).toHaveLength(grid.length);
      const regrets = tried.map(({ relativeRegret }) => relativeRegret);
      expect(regrets).toEqual(regrets.toSorted((a, b) => a - b));
      expect(options).toEqual(tried[0]?.options);
      expect(options).toMatchObject(own);
    }
    expect(result.entries[1]?.options).toEqual({ population: 50, tournament: 10 });
    const [yardstick] = result.tuning;
    expect(yardstick).toEqual({ name: 'random', options: {}, relativeRegret: 1 });
    // By hand: regrets of 1 ÷ 52 and 1 ÷ 2, and 0.001 that does not count.
    expect(result.tuning[1]?.relativeRegret).toBeCloseTo((1 / 52 + 0.001) / (1 / 2 + 0.001), 12);
  });

  it('gives every trial to its entry and condition, in the order of seeds', () => {
    expect(result.results).toHaveLength(7 * 4);
    for (const { entry, condition, trials } of result.results) {
      const { strategy, options } = result.entries.find(({ name }) => name === entry) ?? {};
      const asked = (calls[1] ?? []).filter(
        (trial) =>
          settingOf(trial) === JSON.stringify([strategy, options]) &&
          trial.landscape === condition.landscape &&
          trial.noise === condition.noise,
      );
      expect(trials).toEqual(asked.map(resultOf));
      expect(trials.map(({ standings }) => standings[0]?.proposalRegret)).toEqual([1, 2, 3]);
    }
  });

  it('without tuning compares defaults, and asks once', async () => {
    const untuned = await recorded({ ...plan, tune: false });
    expect(untuned.calls).toHaveLength(1);
    expect(proposalsOf(untuned.calls.flat())).toBe(plannedProposals({ ...plan, tune: false }));
    expect(untuned.result.tuning).toEqual([]);
    expect(untuned.result.entries.map(({ options }) => options)).toEqual(
      entrants.entries.map(({ options }) => options),
    );
  });
});
