import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import type { BakeoffResult } from './bakeoff.ts';
import { rank, summarize } from './summary.ts';
import type { TrialResult } from './trial.ts';

const easy = { landscape: 'parts', noise: 0.01 };
const hard = { landscape: 'parts', noise: 0.2 };

const trial = (regret: number, samplesToTop: number | null = null): TrialResult => ({
  standings: [
    { samples: 10, regret: regret * 2, proposalRegret: 0.9, distinctShare: 1 },
    { samples: 100, regret, proposalRegret: regret + 0.1, distinctShare: 0.5 },
  ],
  samplesToTop,
});

const resultOf = (results: BakeoffResult['results']): BakeoffResult => ({
  conditions: [easy, hard],
  entries: [],
  tuning: [],
  results,
});

describe('a summary', () => {
  it('has means with intervals around them, at every mark', () => {
    const random = stream(1, 'regrets');
    const trials = Array.from({ length: 20 }, () => trial(random.uniform()));
    const [curve] = summarize(resultOf([{ entry: 'random', condition: easy, trials }]));
    expect(curve).toMatchObject({ entry: 'random', condition: easy, seeds: 20 });
    expect(curve?.points.map(({ samples }) => samples)).toEqual([10, 100]);
    const regrets = trials.map(({ standings }) => standings[1]?.regret as number);
    const mean = regrets.reduce((sum, regret) => sum + regret, 0) / 20;
    const { regret, proposalRegret, distinctShare } = curve?.points[1] ?? {};
    expect(regret?.mean).toBeCloseTo(mean, 12);
    expect(proposalRegret?.mean).toBeCloseTo(mean + 0.1, 12);
    expect(distinctShare).toBe(0.5);
    const { low = 0, high = 0 } = regret?.interval ?? {};
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
    // Around 4 standard errors of a mean of 20 uniform values: 4 · 0.289 ÷ √20 = 0.258.
    expect(high - low).toBeGreaterThan(0.2);
    expect(high - low).toBeLessThan(0.32);
    expect(proposalRegret?.interval?.low).toBeLessThan(proposalRegret?.mean as number);
    expect(curve?.points[0]?.proposalRegret).toEqual({ mean: expect.closeTo(0.9), interval: null });
  });

  it.each<[string, readonly (number | null)[], number, number | null]>([
    ['all', [3, 9, 5], 3, 5],
    ['most', [30, null, 10, 20], 3, 25],
    ['few', [30, null, null], 1, null],
    ['half', [30, 20, null, null], 2, null],
    ['none', [null, null], 0, null],
  ])('says how many searches reached the top, and the median: %s', (_, tops, reached, median) => {
    const trials = tops.map((top) => trial(0.1, top));
    const [curve] = summarize(resultOf([{ entry: 'tree', condition: hard, trials }]));
    expect([curve?.reachedTop, curve?.samplesToTop]).toEqual([reached, median]);
  });
});

describe('a ranking', () => {
  it('puts the least relative regret first; random search has 1', () => {
    const entries = { random: [0.199, 0.399], worse: [0.299, 0.399], better: [0.099, 0.199] };
    const results = Object.entries(entries).flatMap(([entry, regrets]) =>
      [easy, hard].map((condition, i) => ({ entry, condition, trials: [trial(regrets[i] as number)] })),
    );
    expect(rank(results, [100])).toEqual([
      { entry: 'better', relativeRegret: expect.closeTo(0.5) },
      { entry: 'random', relativeRegret: 1 },
      { entry: 'worse', relativeRegret: expect.closeTo((1.5 + 1) / 2) },
    ]);
  });
});
