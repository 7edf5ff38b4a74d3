import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { type Controller, createController } from './controller.ts';
import { decodeFloats, encodeFloats } from './floats.ts';
import { reinforce } from './reinforce.ts';
import { hiddenString, paperSpace } from './testing.ts';

const tiny = { space: paperSpace(1), hidden: 6, embedding: 5, algorithm: reinforce, options: {} };
const fraction = hiddenString(tiny.space, 1);

/** Some batches of five asked, scored and learned from; everything that can be seen of it. */
async function work(controller: Controller, batches: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let i = 0; i < batches; i++) {
    const samples = await controller.sample(5);
    const scored = samples.map((sample) => ({ ...sample, reward: fraction(sample.tokens) }));
    seen.push(samples, await controller.learn(scored));
  }
  return seen;
}

describe('encodeFloats', () => {
  it('keeps every bit', () => {
    const odd = Float32Array.of(0, -0, 1 / 3, Number.NaN, -Infinity, 1e-45, 3.4e38);
    expect(decodeFloats(encodeFloats(odd.subarray(1)))).toEqual(odd.subarray(1));
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        expect(decodeFloats(encodeFloats(values))).toEqual(values);
      }),
      { seed: 1 },
    );
  });
});

describe('createController', () => {
  it('does the same for the same seed, and something else for another', async () => {
    const [a, b, c] = [1, 1, 2].map((seed) => createController({ ...tiny, seed }));
    const seen = await work(a!, 4);
    expect(await work(b!, 4)).toEqual(seen);
    expect(await work(c!, 4)).not.toEqual(seen);
    await Promise.all([a, b, c].map((controller) => controller!.close()));
  });

  it('goes on from its state, to the bit, at any point', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.nat(6), async (seed, before) => {
        const original = createController({ ...tiny, seed });
        await work(original, before);
        const state = JSON.parse(JSON.stringify(original.state()));
        const restored = createController({ ...tiny, seed: seed + 1, state });
        expect(await work(restored, 3)).toEqual(await work(original, 3));
        expect(restored.state()).toEqual(original.state());
        await Promise.all([original.close(), restored.close()]);
      }),
      { seed: 1, numRuns: 12 },
    );
  });

  it('refuses the state of a policy of another size', async () => {
    const controller = createController({ ...tiny, seed: 1 });
    const state = controller.state();
    expect(() => createController({ ...tiny, seed: 1, hidden: 7, state })).toThrow(/another controller/);
    expect(() => createController({ ...tiny, space: paperSpace(2), seed: 1, state })).toThrow(RangeError);
    await controller.close();
  });
});

describe('the metrics of REINFORCE', () => {
  it('say what happened', async () => {
    const controller = createController({ ...tiny, seed: 1, options: { baselineDecay: 0.75 } });
    const tokens = [...(await controller.sample(1))[0]!.tokens];
    const other = [tokens[0] === 0 ? 1 : 0, ...tokens.slice(1)];
    const batch = [tokens, tokens, tokens, other].map((string, i) => ({
      tokens: string,
      logProbability: 0,
      reward: [0.1, 0.2, 0.4, 0.5][i]!,
    }));
    const first = await controller.learn(batch);
    expect(first.rewardMean).toBeCloseTo(0.3);
    expect(first.baseline).toBeCloseTo(0.3); // the first batch stands in for those before it
    expect(first.advantageStd).toBeCloseTo(Math.sqrt((0.04 + 0.01 + 0.01 + 0.04) / 4));
    expect(first.distinctShare).toBe(0.5);
    // Near uniform at first: mean of the logarithms of the vocabularies.
    const uniform = tiny.space.vocabularies.reduce((sum, size) => sum + Math.log(size), 0) / 5;
    expect(first.entropy).toBeCloseTo(uniform, 2);
    expect(first.policyLag).toBeCloseTo(uniform, 1); // recorded as certain, now near uniform
    expect(first.gradientNorm).toBeGreaterThan(0);
    const second = await controller.learn(batch.map((sample) => ({ ...sample, reward: 0.7 })));
    expect(second.baseline).toBeCloseTo(0.3);
    expect(second.advantageStd).toBeCloseTo(0);
    const third = await controller.learn(batch);
    expect(third.baseline).toBeCloseTo(0.75 * 0.3 + 0.25 * 0.7);
    await controller.close();
  });
});

describe('REINFORCE', () => {
  /** The mean reward of the last 50 samples of a search on a synthetic landscape with noise. */
  async function search(seed: number, samples: number): Promise<number> {
    const space = paperSpace(2);
    const reward = hiddenString(space, seed);
    const noise = stream(seed, 'noise');
    const controller = createController({
      space,
      seed,
      hidden: 150,
      embedding: 150,
      algorithm: reinforce,
      options: {},
    });
    const rewards: number[] = [];
    while (rewards.length < samples) {
      const scored = (await controller.sample(5)).map((sample) => {
        rewards.push(reward(sample.tokens));
        return { ...sample, reward: reward(sample.tokens) + 0.05 * noise.normal() };
      });
      await controller.learn(scored);
    }
    await controller.close();
    return rewards.slice(-50).reduce((sum, x) => sum + x, 0) / 50;
  }

  it('learns what random search cannot: 300 samples of batch 5, five seeds', async () => {
    // Random search: the mean of 1/vocabulary over the ten positions.
    const chance = paperSpace(2).vocabularies.reduce((sum, size) => sum + 1 / size, 0) / 10;
    expect(chance).toBeLessThan(0.11);
    const means: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) means.push(await search(seed, 300));
    expect(Math.min(...means)).toBeGreaterThan(chance + 0.25);
    expect(means.reduce((a, b) => a + b) / 5).toBeGreaterThan(0.6);
  });
});
