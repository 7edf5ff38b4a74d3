import { describe, expect, it } from 'vitest';
import { hiddenString, pastOf, trial } from '../../test/support/search.ts';
import { algorithms } from '../controller/index.ts';
import { findSpace, parseRule, ruleKey } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import type { Metrics } from './strategy.ts';

const context = { space: findSpace('quick/1'), seed: 1, batch: 2 };
const small = { hidden: 4, embedding: 4 };

describe('rl', () => {
  it.each([
    [{ algorithm: 'reinforce', learningRate: -1 }, "option 'learningRate' of strategy 'rl'"],
    [{ algorithm: 'reinforce', learningRate: 'fast' }, "option 'learningRate' of strategy 'rl'"],
    [{ baselineDecay: 1 }, "option 'baselineDecay' of strategy 'rl'"],
    [{ hidden: 1.5 }, "option 'hidden' of strategy 'rl'"],
    [{ novelty: 2 }, "option 'novelty' of strategy 'rl'"],
    [{ algorithm: 'trpo', klBound: 0 }, "option 'klBound' of strategy 'rl'"],
    [{ algorithm: 'trpo', damping: 0 }, "option 'damping' of strategy 'rl'"],
    [{ algorithm: 'trpo-adam', epochs: 0 }, "option 'epochs' of strategy 'rl'"],
    [{ algorithm: 'ppo', clip: 1 }, "option 'clip' of strategy 'rl'"],
    [{ algorithm: 'ppo', klBound: 0.1 }, "strategy 'rl' has no option 'klBound'"],
  ])('refuses %j', async (options, message) => {
    await expect(rl.create({ ...context, options })).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining(message),
    });
  });

  it('names its options when it is given another', async () => {
    await expect(rl.create({ ...context, options: { lr: 1 } })).rejects.toMatchObject({
      hint: 'known: algorithm, hidden, embedding, redraws, novelty, imitation, klBound, damping, cgIterations, lineSearchSteps, baselineDecay, entropyWeight',
    });
  });

  it('refuses an unknown algorithm, by the names of the known ones', async () => {
    await expect(rl.create({ ...context, options: { algorithm: 'reinforced' } })).rejects.toMatchObject({
      code: 'unknown-name',
      hint: "did you mean 'reinforce'? known: trpo, trpo-adam, ppo, reinforce",
    });
  });

  it('refuses the checkpoint of another space', async () => {
    const strategy = await rl.create({ ...context, options: small });
    const checkpoint = await strategy.checkpoint();
    const other = { ...context, space: findSpace('icml2017/1'), options: small };
    await expect(rl.create(other, pastOf([checkpoint]))).rejects.toMatchObject({ code: 'store-corrupt' });
    await strategy.close();
  });

  it('refuses a batch that was not asked, or not yet', async () => {
    const strategy = await rl.create({ ...context, options: small });
    await expect(strategy.tell([])).rejects.toThrow('not the oldest one asked');
    const [first, second] = [await strategy.ask(2), await strategy.ask(2)];
    const scored = (batch: typeof first) => batch.map((proposal) => ({ proposal, reward: 0.5 }));
    await expect(strategy.tell(scored(second))).rejects.toThrow('not the oldest one asked');
    await strategy.tell(scored(first));
    await strategy.tell(scored(second));
    await expect(strategy.tell(scored(second))).rejects.toThrow('not the oldest one asked');
    await strategy.close();
  });

  it.each([
    ['reinforce', { learningRate: 0.1 }],
    ['reinforce', { baselineDecay: 0.1 }],
    ['reinforce', { entropyWeight: 1 }],
    ['reinforce', { hidden: 5 }],
    ['reinforce', { embedding: 5 }],
    ['trpo', { klBound: 0.01 }],
    ['trpo', { damping: 1 }],
    ['trpo', { cgIterations: 1 }],
    ['trpo', { klBound: 1, damping: 1e-3, lineSearchSteps: 1 }, { klBound: 1, damping: 1e-3 }],
    ['trpo', { baselineDecay: 0.1 }],
    ['trpo', { entropyWeight: 1 }],
    ['trpo-adam', { klBound: 1e-5, learningRate: 0.1 }, { learningRate: 0.1 }],
    ['trpo-adam', { learningRate: 0.1 }],
    ['trpo-adam', { epochs: 1 }],
    [
      'trpo-adam',
      { klBound: 1e-5, learningRate: 0.1, lineSearchSteps: 1 },
      { klBound: 1e-5, learningRate: 0.1 },
    ],
    ['trpo-adam', { baselineDecay: 0.1 }],
    ['trpo-adam', { entropyWeight: 1 }],
    ['ppo', { learningRate: 0.1 }],
    ['ppo', { epochs: 1 }],
    ['ppo', { clip: 0.001 }],
    ['ppo', { baselineDecay: 0.1 }],
    ['ppo', { entropyWeight: 1 }],
  ] as [string, Record<string, number>, Record<string, number>?][])(
    'uses the options of %s: %j',
    async (algorithm, options, others = {}) => {
      const words = async (given: Record<string, number>) => {
        const strategy = await rl.create({ ...context, options: { algorithm, ...small, ...given } });
        for (let i = 0; i < 3; i++) {
          const asked = await strategy.ask(2);
          await strategy.tell(asked.map((proposal, k) => ({ proposal, reward: k + i })));
        }
        const { state } = await strategy.checkpoint();
        await strategy.close();
        return state;
      };
      expect(await words(options)).not.toBe(await words(others));
    },
  );

  it('leaves known rules aside as far as the policy writes others', async () => {
    const space = findSpace('quick/1');
    const keys = async (redraws: number): Promise<readonly string[]> => {
      const fast = { learningRate: 0.05, entropyWeight: 0 };
      const options = { algorithm: 'reinforce', ...small, ...fast, redraws };
      const { proposals } = await trial(rl, { space, reward: hiddenString(space), samples: 150, options });
      return proposals.map(({ rule }) => ruleKey(parseRule(rule)));
    };
    const share = (list: readonly string[]): number => new Set(list).size / list.length;
    const [without, few, many] = [await keys(0), await keys(1), await keys(8)];
    expect(share(without)).toBeLessThan(0.6);
    expect(share(few)).toBeGreaterThan(share(without) + 0.1);
    expect(share(many)).toBeGreaterThan(share(few) + 0.1);
  });

  it.each(algorithms.entries)('comes back from a policy that has settled: $name', async ({ name }) => {
    const space = findSpace('quick/2');
    const fast = { trpo: { klBound: 0.1 }, reinforce: { learningRate: 0.03 } }[name] ?? {
      learningRate: 0.02,
    };
    const found = async (novelty: number) => {
      // Without draws in search of new rules, so that only the entropy bonus makes a difference.
      const options = {
        algorithm: name,
        hidden: 20,
        embedding: 20,
        ...fast,
        entropyWeight: 1e-4,
        redraws: 0,
        novelty,
      };
      return trial(rl, { space, reward: hiddenString(space), samples: 600, options });
    };
    const distinct = ({ proposals }: Awaited<ReturnType<typeof found>>): number =>
      new Set(proposals.slice(300).map(({ rule }) => ruleKey(parseRule(rule)))).size;
    const [settled, drawn] = [await found(0), await found(0.5)];
    expect(distinct(settled)).toBeLessThan(100);
    expect(distinct(drawn)).toBeGreaterThan(1.5 * distinct(settled));
    const bonuses = (metrics: readonly Metrics[]) => new Set(metrics.map((one) => one.entropyWeight));
    expect([...bonuses(settled.metrics)]).toEqual([1e-4]);
    expect(Math.max(...(bonuses(drawn.metrics) as Set<number>))).toBeGreaterThan(1e-3);
  });

  it('says what share of its draws was new', async () => {
    const space = { ...findSpace('quick/1'), operands: ['g'], unary: ['x'], binary: ['x', 'x + y'] };
    const strategy = await rl.create({ ...context, space, options: { ...small, redraws: 3 } });
    const shares: (number | undefined)[] = [];
    for (let round = 0; round < 2; round++) {
      const asked = await strategy.ask(2);
      const scored = asked.map((proposal) => ({ proposal, reward: 0.5 }));
      shares.push((await strategy.tell(scored)).newShare);
    }
    await strategy.close();
    // The two rules of the space are found in the first round, so that nothing is new in the second.
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares[1]).toBe(0);
  });

  it('learns in a constrained space, two batches in flight, where random search does not', async () => {
    const space = findSpace('icml2017/2', { constraints: ['distinct', 'no-final-add', 'reuse'] });
    const landscape = { space, reward: hiddenString(space), samples: 300 };
    for (const seed of [1, 2, 3]) {
      const ours = await trial(rl, { ...landscape, seed, options: { hidden: 40, embedding: 40 } });
      const theirs = await trial(random, { ...landscape, seed });
      expect(mean(ours.rewards.slice(-50))).toBeGreaterThan(mean(theirs.rewards.slice(-50)) + 0.25);
    }
  });
});
