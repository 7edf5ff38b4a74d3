import { describe, expect, it } from 'vitest';
import { constraintSets, hiddenString, isAllowed, trial } from '../../test/support/search.ts';
import { stream } from '../random/index.ts';
import { findSpace, parseRule, ruleKey } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import { evolution } from './evolution.ts';
import { random } from './random.ts';
import { tree } from './tree.ts';

/** What the strategies that learn without a controller have in common, over whole searches. */
describe.each([evolution, tree])('$name', (definition) => {
  it.each(constraintSets.map((set) => [set.join(' ') || 'none', set] as const))(
    'stays within the constraints as it learns: %s',
    async (_, set) => {
      for (const [name, samples] of [
        ['icml2017/3', 250],
        ['quick/1', 150],
      ] as const) {
        const space = findSpace(name, { constraints: set });
        const reward = ({ tokens }: { tokens: readonly number[] }) => stream(1, ...tokens).uniform();
        const { proposals } = await trial(definition, { space, reward, samples, batch: 50 });
        expect(proposals.length).toBe(samples);
        expect(proposals.filter(({ tokens }) => !isAllowed(space, tokens))).toEqual([]);
      }
    },
  );

  it('proposes no rule twice while it finds others, however many strings denote one', async () => {
    const space = findSpace('quick/1'); // 6,912 strings, 2,023 rules
    for (const reward of [
      hiddenString(space),
      ({ tokens }: { tokens: readonly number[] }) => tokens[0] ?? 0,
    ]) {
      const { proposals } = await trial(definition, { space, reward, samples: 400 });
      const distinct = new Set(proposals.map(({ rule }) => ruleKey(parseRule(rule)))).size;
      expect(distinct).toBeGreaterThan(390);
    }
  });

  it('goes on when every rule of a space was proposed', async () => {
    const space = { ...findSpace('quick/1'), operands: ['g', 'm'], unary: ['x', 'sign(x)'] };
    const { proposals } = await trial(definition, { space, reward: hiddenString(space), samples: 150 });
    expect(proposals.length).toBe(150);
  });

  it('learns in a constrained space where random search does not', async () => {
    const space = findSpace('icml2017/2', { constraints: ['distinct', 'no-final-add', 'reuse'] });
    const landscape = { space, reward: hiddenString(space), samples: 300 };
    for (const seed of [1, 2, 3]) {
      const ours = await trial(definition, { ...landscape, seed });
      const theirs = await trial(random, { ...landscape, seed });
      expect(mean(ours.rewards.slice(-50))).toBeGreaterThan(mean(theirs.rewards.slice(-50)) + 0.25);
    }
  });
});
