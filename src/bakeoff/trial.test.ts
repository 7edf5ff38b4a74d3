import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { parseRule, ruleKey } from '../rules/index.ts';
import { runLoop, strategies } from '../search/index.ts';
import { landscapes } from './landscapes.ts';
import { budgetsWithin, marks, runTrial, SHORTLIST, type Trial } from './trial.ts';

const trial = (more: Partial<Trial> = {}): Trial => ({
  strategy: 'evolution',
  options: {},
  landscape: 'digits-mlp',
  noise: 0,
  seed: 1,
  samples: 150,
  ...more,
});

/**
 * The same search written plainly: a rule's noise is drawn once, whenever it is proposed, and a standing is counted from
 * the whole list of proposals.
 */
async function byHand({ strategy: name, options, landscape: where, noise, seed, samples }: Trial) {
  const landscape = await landscapes.find(where).open(seed);
  const { space } = landscape;
  const strategy = await strategies.find(name).create({ space, seed, batch: 5, options });
  const noises = new Map<string, number>();
  const proposals: { key: string; reward: number; observed: number }[] = [];
  await runLoop({
    strategy,
    samples,
    batch: 5,
    pipeline: 2,
    evaluate: async ({ rule, tokens }) => {
      const expression = parseRule(rule);
      const key = ruleKey(expression);
      const reward = landscape.reward({ expression, tokens });
      if (!noises.has(key)) noises.set(key, noise * stream(seed, 'noise', key).normal());
      const observed = reward + (noises.get(key) as number);
      proposals.push({ key, reward, observed });
      return { reward: observed };
    },
    log: { asked: () => undefined, told: () => undefined },
  });
  await strategy.close();
  const standings = marks(samples).map((mark) => {
    const first = proposals.slice(0, mark);
    const distinct = first.filter(({ key }, i) => first.findIndex((one) => one.key === key) === i);
    const looked = distinct.toSorted((a, b) => b.observed - a.observed).slice(0, SHORTLIST);
    const last = first.slice(Math.max(0, mark - 50));
    return {
      samples: mark,
      regret: landscape.optimum - Math.max(...looked.map(({ reward }) => reward)),
      proposalRegret: landscape.optimum - last.reduce((sum, { reward }) => sum + reward, 0) / last.length,
      distinctShare: distinct.length / mark,
    };
  });
  const top = proposals.findIndex(({ reward }) => reward >= landscape.topHundredth);
  return { standings, samplesToTop: top < 0 ? null : top + 1, rules: noises.size };
}

describe('budgets and marks', () => {
  it('are what a search is long enough for, and its end', () => {
    expect(budgetsWithin(10)).toEqual([10]);
    expect(budgetsWithin(100)).toEqual([100]);
    expect(budgetsWithin(250)).toEqual([100, 250]);
    expect(budgetsWithin(3000)).toEqual([100, 300, 1000, 3000]);
    expect(budgetsWithin(5000)).toEqual([100, 300, 1000, 3000, 5000]);
  });

  it.each([10, 11, 60, 100, 101, 3000, 12_345])(
    'rise from 10 to %i, budgets among them, in even steps of the logarithm',
    (samples) => {
      const all = marks(samples);
      expect(all[0]).toBe(10);
      expect(all.at(-1)).toBe(samples);
      expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
      expect(all).toEqual(expect.arrayContaining([...budgetsWithin(samples)]));
      expect(all.every(Number.isInteger)).toBe(true);
      for (let i = 1; i < all.length; i++) {
        expect((all[i] as number) / (all[i - 1] as number)).toBeLessThan(10 ** (1 / 12) + 0.05);
      }
    },
  );
});

describe('a trial', () => {
  it.each([
    trial(),
    trial({ strategy: 'rl', options: { algorithm: 'ppo' }, samples: 30 }),
    trial({ landscape: 'parts', noise: 0.2, samples: 20 }),
  ])('gives the same result again: $strategy on $landscape', async (one) => {
    expect(await runTrial(one)).toEqual(await runTrial(one));
  });

  it('depends on its seed and its options', async () => {
    const first = await runTrial(trial());
    expect(await runTrial(trial({ seed: 2 }))).not.toEqual(first);
    expect(await runTrial(trial({ options: { population: 50, tournament: 2 } }))).not.toEqual(first);
  });

  it.each([
    trial(),
    trial({ noise: 0.2 }),
    trial({ strategy: 'tree', landscape: 'parts', noise: 0.05, samples: 40 }),
  ])('is what the search gives by hand: $strategy on $landscape, noise $noise', async (one) => {
    const { standings, samplesToTop } = await byHand(one);
    expect(await runTrial(one)).toEqual({ standings, samplesToTop });
  });

  it('draws the noise of a rule once, however often the rule is proposed', async () => {
    const one = trial({ strategy: 'random', noise: 0.2, samples: 400 });
    const { standings, samplesToTop, rules } = await byHand(one);
    expect(rules).toBeLessThan(380);
    expect(await runTrial(one)).toEqual({ standings, samplesToTop });
  });

  it('never loses what it found, where there is no noise', async () => {
    for (const strategy of ['random', 'evolution', 'tree']) {
      const { standings } = await runTrial(trial({ strategy, landscape: 'parts', samples: 100 }));
      const regrets = standings.map(({ regret }) => regret);
      expect(regrets).toEqual(regrets.toSorted((a, b) => b - a));
      expect(regrets.at(-1)).toBeLessThan(regrets[0] as number);
      expect(regrets.at(-1)).toBeGreaterThanOrEqual(0);
    }
  });

  it('says when it first met the best hundredth, or that it did not', async () => {
    const results = await Promise.all([1, 2, 3, 4].map((seed) => runTrial(trial({ seed, samples: 60 }))));
    const tops = results.map(({ samplesToTop }) => samplesToTop);
    const short = await Promise.all(
      [1, 2, 3, 4].map((seed) =>
        runTrial(trial({ seed, samples: Math.max(10, (tops[seed - 1] ?? 61) - 1) })),
      ),
    );
    expect(tops.filter((top) => top !== null && top > 10).length).toBeGreaterThan(0);
    for (const [i, { samplesToTop }] of short.entries()) {
      const top = tops[i] ?? 61;
      expect(samplesToTop).toBe(top > 10 ? null : top);
    }
  });

  it.each([
    [{ strategy: 'evolutoin' }, "unknown strategy 'evolutoin'"],
    [{ landscape: 'digits' }, "unknown landscape 'digits'"],
    [{ options: { populaton: 3 } }, "no option 'populaton'"],
  ])('refuses %o', async (more, message) => {
    await expect(runTrial(trial(more))).rejects.toMatchObject({
      name: 'NosError',
      message: expect.stringContaining(message),
    });
  });
});
