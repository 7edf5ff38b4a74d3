import { describe, expect, it } from 'vitest';
import { hiddenString, trial } from '../../test/support/search.ts';
import { findSpace, parseRule, ruleKey, type Space, spaceSize } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import { evolution } from './evolution.ts';
import type { Proposal, Strategy } from './strategy.ts';

const space = findSpace('quick/2');
const open = (options: Record<string, number | string> = {}): Promise<Strategy> =>
  evolution.create({ space, seed: 1, batch: 2, options });

/** Asks as many as there are rewards, and tells these. */
async function round(strategy: Strategy, rewards: readonly number[]) {
  const proposals = await strategy.ask(rewards.length);
  return strategy.tell(proposals.map((proposal, i) => ({ proposal, reward: rewards[i] as number })));
}

describe('evolution', () => {
  it.each([
    [{ population: 0 }, "option 'population' of strategy 'evolution'"],
    [{ population: 2.5 }, "option 'population' of strategy 'evolution'"],
    [{ tournament: 'all' }, "option 'tournament' of strategy 'evolution'"],
  ])('refuses %j', async (options, message) => {
    await expect(open(options)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining(message),
    });
  });

  it('removes the oldest, however good it is', async () => {
    const strategy = await open({ population: 4, tournament: 2 });
    expect(await round(strategy, [0.9, 0.1, 0.2])).toMatchObject({ populationBest: 0.9, bestAge: 2 });
    expect(await round(strategy, [0.3])).toMatchObject({ populationBest: 0.9, bestAge: 3 });
    const later = await round(strategy, [0.2]);
    expect(later).toMatchObject({ populationBest: 0.3, bestAge: 1 });
    expect(later.populationMean).toBeCloseTo((0.1 + 0.2 + 0.3 + 0.2) / 4, 12);
  });

  it('makes children of the best of a tournament', async () => {
    const strategy = await open({ population: 10, tournament: 200 });
    const founders = await strategy.ask(10);
    await strategy.tell(founders.map((proposal, i) => ({ proposal, reward: i === 3 ? 1 : 0 })));
    const parent = founders[3]!.tokens;
    const shared = (proposals: readonly Proposal[]): number =>
      mean(proposals.map(({ tokens }) => tokens.filter((token, i) => token === parent[i]).length));
    const strangers = founders.filter((_, i) => i !== 3);
    expect(shared(await strategy.ask(20))).toBeGreaterThan(shared(strangers) + 2.5);
  });

  it('says from which proposal it made a child', async () => {
    const strategy = await open({ population: 10, tournament: 200 });
    const rewards = (best: number, count: number) =>
      Array.from({ length: count }, (_, i) => Number(i === best));
    const asked = [...(await strategy.ask(10))];
    expect(asked.filter(({ parent }) => parent !== undefined)).toEqual([]);
    await strategy.tell(asked.map((proposal, i) => ({ proposal, reward: rewards(3, 10)[i] as number })));
    const children = await strategy.ask(4);
    expect(children.map(({ parent }) => parent)).toEqual([3, 3, 3, 3]);
    await strategy.tell(
      children.map((proposal, i) => ({ proposal, reward: 2 * (rewards(1, 4)[i] as number) })),
    );
    expect((await strategy.ask(2)).map(({ parent }) => parent)).toEqual([11, 11]);
  });

  it('begins with random strings, also while nothing is told', async () => {
    const settings = { space, seed: 5, batch: 10, options: { population: 10 } };
    const strategy = await evolution.create(settings);
    const asked = (await strategy.ask(400)).map(({ tokens }) => tokens[0] as number);
    expect(new Set(asked).size).toBe(space.operands.length);
  });

  it('proposes no rule twice while there are others', async () => {
    const { proposals } = await trial(evolution, { space, reward: hiddenString(space), samples: 1000 });
    const keys = proposals.map(({ rule }) => ruleKey(parseRule(rule)));
    expect(new Set(keys).size).toBeGreaterThan(995);
  });

  it('goes on where every rule is known', async () => {
    const tiny: Space = { ...findSpace('quick/1'), operands: ['g', 'm'], unary: ['x'], binary: ['x'] };
    expect(spaceSize(tiny)).toBe(4n);
    const { proposals } = await trial(evolution, {
      space: tiny,
      reward: hiddenString(tiny),
      samples: 50,
      options: { population: 5 },
    });
    expect(proposals.length).toBe(50);
    expect(new Set(proposals.slice(0, 5).map(({ rule }) => rule)).size).toBe(2);
  });
});
