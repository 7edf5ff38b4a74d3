import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constrainedShape,
  constrainedSpace,
  constrainedStrings,
  hiddenString,
  paperSpace,
  policyFeeds,
} from '../../test/support/controller.ts';
import { evaluateFloat64 } from '../graph/index.ts';
import { type Stream, stream } from '../random/index.ts';
import type { ScoredSample } from './algorithm.ts';
import { algorithms } from './algorithms.ts';
import { type Controller, createController } from './controller.ts';
import { policyGraph } from './lstm.ts';
import { initialParameters } from './shape.ts';
import { trpo } from './trpo.ts';
import { trpoAdam } from './trpo-adam.ts';

/** What holds for every learning algorithm. */
describe.each(algorithms.entries)('algorithm $name', (algorithm) => {
  const tiny = { space: paperSpace(1), hidden: 6, embedding: 5, algorithm, options: {} };
  const fraction = hiddenString(tiny.space, 1);

  /** Some batches of five asked, scored and learned from, the latest by a policy of before; all that can be seen. */
  async function work(controller: Controller, batches: number): Promise<unknown[]> {
    const seen: unknown[] = [];
    let waiting = await controller.sample(5);
    for (let i = 0; i < batches; i++) {
      const samples = waiting;
      waiting = await controller.sample(5);
      const scored = samples.map((sample) => ({ ...sample, reward: fraction(sample.tokens) }));
      seen.push(samples, await controller.learn(scored));
    }
    return seen;
  }

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
      { seed: 1, numRuns: 8 },
    );
  });

  it('learns from degenerate batches without a number that is not finite', async () => {
    const controller = createController({ ...tiny, seed: 1 });
    const [first, second] = await controller.sample(2);
    const batches: readonly (readonly ScoredSample[])[] = [
      [1, 1, 1].map((reward) => ({ ...first!, reward })),
      [0, 0.5, 1].map((reward) => ({ ...first!, reward })),
      [{ ...second!, reward: 1 }],
      [first!, second!].map((sample) => ({ ...sample, reward: -1e3 })),
      [first!, second!].map((sample, i) => ({ ...sample, reward: i, logProbability: -100 * i })),
    ];
    for (const batch of batches) {
      const metrics = Object.values(await controller.learn(batch));
      expect(metrics.filter(Number.isFinite)).toEqual(metrics);
    }
    for (const { logProbability } of await controller.sample(3)) expect(logProbability).toBeLessThan(0);
    await controller.close();
  });

  it('has each of its options and metrics explained on docs/controller.md', async () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/controller.md'), 'utf8');
    const controller = createController({ ...tiny, seed: 1 });
    const scored = (await controller.sample(2)).map((sample) => ({ ...sample, reward: 1 }));
    const names = [...Object.keys(await controller.learn(scored)), ...Object.keys(algorithm.options)];
    for (const name of names) expect(page).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
    await controller.close();
  });

  /** The mean reward of the last 50 samples of a search on a synthetic landscape with noise. */
  async function search(seed: number, samples: number): Promise<number> {
    const space = paperSpace(2);
    const reward = hiddenString(space, seed);
    const noise = stream(seed, 'noise');
    const controller = createController({ space, seed, hidden: 100, embedding: 100, algorithm, options: {} });
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

  it('learns what random search cannot: 200 samples of batch 5, two seeds', async () => {
    // Random search: the mean of 1/vocabulary over the ten positions.
    const chance = paperSpace(2).vocabularies.reduce((sum, size) => sum + 1 / size, 0) / 10;
    expect(chance).toBeLessThan(0.11);
    const means: number[] = [];
    for (const seed of [1, 2]) means.push(await search(seed, 200));
    expect(Math.min(...means)).toBeGreaterThan(chance + 0.2);
    expect(means.reduce((a, b) => a + b) / 2).toBeGreaterThan(0.4);
  });
});

/** Batches of every kind that a search can meet, a kind for each `turn`. */
function randomBatch(random: Stream, turn: number): readonly ScoredSample[] {
  const one = (): readonly number[] => constrainedStrings[random.integer(constrainedStrings.length)]!;
  const same = one();
  const size = turn % 5 === 1 ? 1 : 2 + random.integer(4);
  return Array.from({ length: size }, () => ({
    tokens: turn % 5 === 2 ? same : one(),
    logProbability: -3 + 2 * random.normal(),
    reward: turn % 5 === 3 ? 0.5 : random.normal() * (turn % 5 === 4 ? 1e3 : 0.1),
  }));
}

/** Mean KL divergence per token from one policy to another over the prefixes of strings, in float64. */
function divergence(from: Float32Array, to: Float32Array, strings: readonly (readonly number[])[]): number {
  const { logProbabilities } = policyGraph(constrainedShape, strings.length);
  const [p, q] = [from, to].map(
    (theta) => evaluateFloat64([logProbabilities], policyFeeds(theta, strings))[0]!,
  );
  const total = p!.reduce((sum, x, i) => sum + Math.exp(x) * (x - q![i]!), 0);
  return total / (constrainedShape.vocabularies.length * strings.length);
}

describe.each([
  { algorithm: trpo, options: {}, seen: ['accepted'] },
  { algorithm: trpo, options: { klBound: 1e-4 }, seen: ['accepted'] },
  { algorithm: trpo, options: { klBound: 1, damping: 1e-3 }, seen: ['accepted', 'halved'] },
  {
    algorithm: trpo,
    options: { klBound: 3, damping: 1e-3, lineSearchSteps: 1 },
    seen: ['accepted', 'refused'],
  },
  { algorithm: trpoAdam, options: {}, seen: ['accepted'] },
  {
    algorithm: trpoAdam,
    options: { klBound: 0.5, learningRate: 0.3, epochs: 10 },
    seen: ['accepted', 'halved'],
  },
  { algorithm: trpoAdam, options: { learningRate: 3, lineSearchSteps: 1 }, seen: ['refused'] },
])('the trust region of $algorithm.name, with $options', ({ algorithm, options, seen }) => {
  it('holds for every update; a step that is not accepted changes nothing', async () => {
    const bound = options.klBound ?? 0.05;
    const random = stream(11);
    const counts: Record<string, number> = { accepted: 0, refused: 0, halved: 0 };
    const initial = initialParameters(constrainedShape, stream(1));
    const policy = { shape: constrainedShape, space: constrainedSpace, parameters: initial.slice() };
    const learner = algorithm.create(policy, options);
    for (let turn = 0; turn < 60; turn++) {
      // Policies that are almost uniform, far from it, and almost certain.
      const scale = { 0: 1, 20: 12, 40: 40 }[turn];
      if (scale !== undefined) policy.parameters.set(initial.map((x) => scale * x));
      const batch = randomBatch(random, turn);
      const before = policy.parameters.slice();
      const metrics = await learner.update(batch, 1);
      const kl = divergence(
        before,
        policy.parameters,
        batch.map(({ tokens }) => tokens),
      );
      expect(kl).toBeLessThanOrEqual(bound * (1 + 1e-3));
      expect(metrics.kl).toBeCloseTo(kl, 5);
      const kind = metrics.accepted === 0 ? 'refused' : 'accepted';
      if (kind === 'refused') expect(policy.parameters).toEqual(before);
      else if (algorithm === trpo) expect(metrics.surrogateGain).toBeGreaterThan(0);
      counts[kind]!++;
      if (kind === 'accepted' && metrics.lineSearchSteps! > (metrics.epochs ?? 1)) counts.halved!++;
    }
    await learner.close();
    for (const kind of seen) expect(counts[kind], kind).toBeGreaterThan(5);
  });
});

describe('TRPO', () => {
  it('stays where the gradient is 0', async () => {
    const initial = initialParameters(constrainedShape, stream(1));
    const policy = { shape: constrainedShape, space: constrainedSpace, parameters: initial.slice() };
    const learner = trpo.create(policy, { entropyWeight: 0 });
    const batch = constrainedStrings.map((tokens) => ({ tokens, logProbability: -3, reward: 0.25 }));
    const metrics = await learner.update(batch, 1);
    expect(metrics).toMatchObject({ accepted: 0, kl: 0, surrogateGain: 0, gradientNorm: 0, cgResidual: 0 });
    expect(policy.parameters).toEqual(initial);
    await learner.close();
  });
});
