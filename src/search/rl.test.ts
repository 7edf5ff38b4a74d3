import { describe, expect, it } from 'vitest';
import { findSpace } from '../rules/index.ts';
import { runLoop } from './loop.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import type { Proposal, StrategyDefinition } from './strategy.ts';

const context = { space: findSpace('quick/1'), seed: 1, batch: 2 };
const small = { hidden: 4, embedding: 4 };

describe('rl', () => {
  it.each([
    [{ learningRate: -1 }, "option 'learningRate' of strategy 'rl'"],
    [{ learningRate: 'fast' }, "option 'learningRate' of strategy 'rl'"],
    [{ baselineDecay: 1 }, "option 'baselineDecay' of strategy 'rl'"],
    [{ hidden: 1.5 }, "option 'hidden' of strategy 'rl'"],
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
      hint: 'known: algorithm, hidden, embedding, redraws, imitation, learningRate, baselineDecay, entropyWeight',
    });
  });

  it('refuses an unknown algorithm, by the names of the known ones', async () => {
    await expect(rl.create({ ...context, options: { algorithm: 'reinforced' } })).rejects.toMatchObject({
      code: 'unknown-name',
      hint: "did you mean 'reinforce'? known: reinforce, trpo, trpo-adam, ppo",
    });
  });

  it('refuses the checkpoint of another space', async () => {
    const strategy = await rl.create({ ...context, options: small });
    const checkpoint = await strategy.checkpoint();
    const other = { ...context, space: findSpace('icml2017/1'), options: small };
    await expect(rl.create(other, checkpoint)).rejects.toMatchObject({ code: 'store-corrupt' });
    await strategy.close();
  });

  it('refuses a batch that was not asked, or not yet', async () => {
    const strategy = await rl.create({ ...context, options: small });
    await expect(strategy.tell([]))
      .resolves.toBeDefined()
      .catch(() => undefined);
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
    ['trpo-adam', { klBound: 1e-5 }],
    ['trpo-adam', { learningRate: 0.1 }],
    ['trpo-adam', { epochs: 1 }],
    ['trpo-adam', { klBound: 1e-5, lineSearchSteps: 1 }, { klBound: 1e-5 }],
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
        const checkpoint = await strategy.checkpoint();
        await strategy.close();
        return checkpoint;
      };
      expect(await words(options)).not.toBe(await words(others));
    },
  );

  it('learns in a constrained space, two batches in flight, where random search does not', async () => {
    const space = findSpace('icml2017/2', { constraints: ['distinct', 'no-final-add', 'reuse'] });
    const [wanted] = await random
      .create({ space, seed: 77, batch: 1, options: {} })
      .then((strategy) => strategy.ask(1));
    const fraction = ({ tokens }: Proposal): number =>
      tokens.filter((token, t) => token === wanted!.tokens[t]).length / tokens.length;
    const lastFifty = async (definition: StrategyDefinition, seed: number): Promise<number> => {
      const strategy = await definition.create({ space, seed, batch: 5, options: {} });
      const rewards: number[] = [];
      await runLoop({
        strategy,
        samples: 300,
        batch: 5,
        pipeline: 2,
        evaluate: async (proposal) => ({ reward: fraction(proposal) }),
        log: {
          asked: () => undefined,
          told: ({ scored }) => void rewards.push(...scored.map((one) => one.reward)),
        },
      });
      await strategy.close();
      return rewards.slice(-50).reduce((sum, x) => sum + x, 0) / 50;
    };
    for (const seed of [1, 2, 3]) {
      expect(await lastFifty(rl, seed)).toBeGreaterThan((await lastFifty(random, seed)) + 0.25);
    }
  });
});
