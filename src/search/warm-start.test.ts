import { describe, expect, it } from 'vitest';
import { decode, findSpace, printRule, resolveRule, ruleKey } from '../rules/index.ts';
import { evolution } from './evolution.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import type { Strategy, StrategyDefinition } from './strategy.ts';
import { isAllowed } from './testing.ts';
import { tree } from './tree.ts';

const space = findSpace('icml2017/2', { constraints: ['distinct', 'reuse'] });
const warmStart = ['powersign', 'm * exp(sign(g) * sign(m))', 'adam', 'g + 1e-3 * w'];
const keyOf = (rule: string): string => ruleKey(resolveRule(rule));

// Without `rl`: its controller cannot score strings that it did not write, so it has nothing to learn a given rule by.
describe.each([random, evolution, tree])('a warm start of $name', (definition: StrategyDefinition) => {
  const open = (given: readonly string[], checkpoint?: string): Promise<Strategy> =>
    definition.create({ space, seed: 1, batch: 3, options: {}, warmStart: given }, checkpoint);

  it('is proposed first, in its order, batch after batch, and then other rules', async () => {
    const strategy = await open(warmStart);
    const proposals = [...(await strategy.ask(3)), ...(await strategy.ask(3))];
    expect(proposals.slice(0, 4).map(({ rule }) => keyOf(rule))).toEqual(warmStart.map(keyOf));
    expect(proposals.every(({ tokens }) => isAllowed(space, tokens))).toBe(true);
    expect(new Set(proposals.map(({ rule }) => rule)).size).toBe(6);
    for (const { rule, tokens } of proposals) expect(rule).toBe(printRule(decode(space, tokens)));
  });

  it('goes on from a checkpoint in the middle of it', async () => {
    const original = await open(warmStart);
    const asked = await original.ask(3);
    const restored = await open([], await original.checkpoint());
    const told = asked.map((proposal, i) => ({ proposal, reward: i }));
    expect(await restored.tell(told)).toEqual(await original.tell(told));
    const [next] = await restored.ask(3);
    expect(keyOf(next!.rule)).toBe(keyOf('g + 1e-3 * w'));
    await original.ask(3);
    expect(await restored.checkpoint()).toBe(await original.checkpoint());
  });

  it('changes nothing where it is empty', async () => {
    const without = await definition.create({ space, seed: 1, batch: 3, options: {} });
    expect(await (await open([])).ask(5)).toEqual(await without.ask(5));
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
    const shared = next.map(({ tokens }) => tokens.filter((token, i) => token === best!.tokens[i]).length);
    return shared.reduce((sum, count) => sum + count, 0) / shared.length;
  };

  it.each([evolution, tree])('$name goes on near the best of it', async (definition) => {
    const near = await sharedTokens(definition, warmStart);
    expect(near).toBeGreaterThan((await sharedTokens(random, warmStart)) + 1);
  });
});

describe('a warm start of rl', () => {
  it('is refused', async () => {
    await expect(rl.create({ space, seed: 1, batch: 3, options: {}, warmStart })).rejects.toMatchObject({
      code: 'bad-option',
      message: "strategy 'rl' takes no warm start",
    });
  });
});
