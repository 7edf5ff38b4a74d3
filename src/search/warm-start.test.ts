import { describe, expect, it } from 'vitest';
import { isAllowed, pastOf } from '../../test/support/search.ts';
import { algorithms } from '../controller/index.ts';
import { decode, findSpace, printRule, resolveRule, ruleKey } from '../rules/index.ts';
import { evolution } from './evolution.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import { strategies } from './strategies.ts';
import type { Strategy, StrategyDefinition, StrategyPast } from './strategy.ts';
import { tree } from './tree.ts';

const space = findSpace('icml2017/2', { constraints: ['distinct', 'reuse'] });
const warmStart = ['powersign', 'm * exp(sign(g) * sign(m))', 'adam', 'g + 1e-3 * w'];
const keyOf = (rule: string): string => ruleKey(resolveRule(rule));

const cases = strategies.entries.flatMap((definition) =>
  definition === rl
    ? algorithms.entries.map(({ name }) => ({
        title: `rl by ${name}`,
        definition,
        options: { algorithm: name, hidden: 20, embedding: 20 },
      }))
    : [{ title: definition.name, definition, options: {} }],
);

describe.each(cases)('a warm start of $title', ({ definition, options }) => {
  const open = (given: readonly string[], past?: StrategyPast): Promise<Strategy> =>
    definition.create({ space, seed: 1, batch: 3, options, warmStart: given }, past);

  it('is proposed first, in its order, batch after batch, and then other rules', async () => {
    const strategy = await open(warmStart);
    const proposals = [...(await strategy.ask(3)), ...(await strategy.ask(3))];
    expect(proposals.slice(0, 4).map(({ rule }) => keyOf(rule))).toEqual(warmStart.map(keyOf));
    expect(proposals.every(({ tokens }) => isAllowed(space, tokens))).toBe(true);
    expect(new Set(proposals.map(({ rule }) => rule)).size).toBe(6);
    for (const { rule, tokens } of proposals) expect(rule).toBe(printRule(decode(space, tokens)));
    await strategy.close();
  });

  it('may name a rule twice, and be longer than several batches', async () => {
    const long = [...warmStart, 'adam', ...warmStart];
    const strategy = await open(long);
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      const asked = await strategy.ask(3);
      const metrics = await strategy.tell(asked.map((proposal, k) => ({ proposal, reward: k })));
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
      seen.push(...asked.map(({ rule }) => keyOf(rule)));
    }
    expect(seen.slice(0, long.length)).toEqual(long.map(keyOf));
    await strategy.close();
  });

  it('goes on from a checkpoint in the middle of it', async () => {
    const original = await open(warmStart);
    const asked = await original.ask(3);
    const restored = await open([], pastOf([await original.checkpoint()]));
    const told = asked.map((proposal, i) => ({ proposal, reward: i }));
    expect(await restored.tell(told)).toEqual(await original.tell(told));
    const [next] = await restored.ask(3);
    expect(keyOf(next!.rule)).toBe(keyOf('g + 1e-3 * w'));
    await original.ask(3);
    expect(await restored.checkpoint()).toEqual(await original.checkpoint());
    await original.close();
    await restored.close();
  });

  it('changes nothing where it is empty', async () => {
    const without = await definition.create({ space, seed: 1, batch: 3, options });
    const empty = await open([]);
    expect(await empty.ask(5)).toEqual(await without.ask(5));
    await empty.close();
    await without.close();
  });

  it.each([
    [
      'tanh(g)',
      'bad-option',
      "warm start: space 'icml2017/2' has no string for 'tanh(g)' under distinct, reuse",
    ],
    ['g +', 'bad-rule', 'column'],
    ['power-sign', 'unknown-name', "unknown rule 'power-sign'"],
  ])('refuses %j', async (rule, code, message) => {
    await expect(open(['adam', rule])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe('what a warm start teaches', () => {
  const reward = (i: number): number => (i === 0 ? 1 : 0);
  const sharedTokens = async (definition: StrategyDefinition, given: readonly string[]): Promise<number> => {
    const options = definition === evolution ? { population: given.length, tournament: 50 } : {};
    const context = { space, seed: 2, batch: given.length, options, warmStart: given };
    const strategy = await definition.create(context);
    const first = await strategy.ask(given.length);
    await strategy.tell(first.map((proposal, i) => ({ proposal, reward: reward(i) })));
    const [best] = first;
    const next = await strategy.ask(20);
    await strategy.close();
    const shared = next.map(({ tokens }) => tokens.filter((token, i) => token === best!.tokens[i]).length);
    return shared.reduce((sum, count) => sum + count, 0) / shared.length;
  };

  it.each([evolution, tree, rl])('$name goes on near the best of it', async (definition) => {
    const near = await sharedTokens(definition, warmStart);
    expect(near).toBeGreaterThan((await sharedTokens(random, warmStart)) + 1);
  });
});

describe('what rl imitates', () => {
  const context = { space, seed: 3, batch: 4, warmStart };
  const meanShare = async (imitation: number): Promise<number> => {
    const strategy = await rl.create({ ...context, options: { imitation } });
    const asked = await strategy.ask(24);
    await strategy.close();
    const given = asked.slice(0, 4).map(({ tokens }) => tokens);
    const nearest = asked
      .slice(4)
      .map(({ tokens }) =>
        Math.max(...given.map((string) => tokens.filter((token, t) => token === string[t]).length)),
      );
    return nearest.reduce((sum, count) => sum + count, 0) / 20 / given[0]!.length;
  };

  it('is what it writes itself, the more so the higher its level', async () => {
    const shares = [await meanShare(0), await meanShare(0.4), await meanShare(0.8)];
    expect(shares[1]).toBeGreaterThan(shares[0]! + 0.1);
    expect(shares[2]).toBeGreaterThan(shares[1]! + 0.1);
  });

  it('is recorded with the probability that the policy has for it, as its own strings are', async () => {
    const strategy = await rl.create({ ...context, options: { algorithm: 'trpo' } });
    const asked = await strategy.ask(6);
    for (const { logProbability } of asked) expect(logProbability).toBeLessThan(0);
    const perToken = asked.slice(0, 4).map(({ logProbability }) => logProbability! / asked[0]!.tokens.length);
    expect(perToken.reduce((sum, nats) => sum + nats, 0) / 4).toBeGreaterThan(Math.log(0.4 * 4 ** -0.1));
    const metrics = await strategy.tell(asked.map((proposal, i) => ({ proposal, reward: i })));
    expect(metrics.policyLag).toBeCloseTo(0, 5);
    expect(metrics.weightMean).toBeCloseTo(1, 4);
    await strategy.close();
  });

  it.each([-0.1, 1.1])('has no level %j', async (imitation) => {
    await expect(rl.create({ ...context, options: { imitation } })).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining("option 'imitation' of strategy 'rl'"),
    });
  });
});
