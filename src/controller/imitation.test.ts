import { describe, expect, it } from 'vitest';
import {
  constrainedParameters,
  hiddenString,
  paperSpace,
  policyFeeds,
  relatives,
  constrainedShape as shape,
  constrainedSpace as space,
  constrainedStrings as strings,
} from '../../test/support/controller.ts';
import { evaluateFloat64 } from '../graph/index.ts';
import { stream } from '../random/index.ts';
import type { Policy } from './algorithm.ts';
import { createController } from './controller.ts';
import { bestProbability, imitate, imitationGraph, scoreStrings } from './imitation.ts';
import { policyGraph } from './lstm.ts';
import { reinforce } from './reinforce.ts';
import { Sampler } from './sampler.ts';
import { initialParameters, parameterSpecs } from './shape.ts';

const policyOf = (parameters: Float32Array): Policy => ({ shape, space, parameters: parameters.slice() });
const fresh = (): Policy => policyOf(initialParameters(shape, stream(1)));
const total = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0);

describe('the loss of imitation', () => {
  const graph = imitationGraph(shape, strings.length);
  const lossAt = (theta: ArrayLike<number>): number =>
    evaluateFloat64([graph.loss!], policyFeeds(theta, strings))[0]![0]!;

  it('is the mean of −log p over strings and positions', () => {
    const feeds = policyFeeds(constrainedParameters, strings);
    const [chosen] = evaluateFloat64([policyGraph(shape, strings.length).chosen], feeds);
    expect(lossAt(constrainedParameters)).toBeCloseTo(-total([...chosen!]) / 9, 12);
  });

  it('has the gradient of its central differences', () => {
    const names = parameterSpecs(shape).map(({ name }) => name);
    const gradient = evaluateFloat64(
      names.map((name) => graph[`gradient of ${name}`]!),
      policyFeeds(constrainedParameters, strings),
    ).flatMap((part) => [...part]);
    const theta = Float64Array.from(constrainedParameters);
    const differences = Array.from(theta, (value, i) => {
      const [above, below] = [1e-5, -1e-5].map((step) => lossAt(theta.with(i, value + step)));
      return (above! - below!) / 2e-5;
    });
    expect(gradient.filter((g) => g !== 0).length).toBeGreaterThan(200);
    expect(gradient).toBeAllclose(differences, { rtol: 1e-6, atol: 1e-9 });
  });
});

describe('the best that a policy can reach', () => {
  it('is to write each string as often as it is given', () => {
    const [a, b, c] = [
      [0, 1, 0],
      [2, 3, 1],
      [0, 2, 1],
    ] as const;
    expect(bestProbability([a])).toBe(1);
    expect(bestProbability([a, a])).toBe(1);
    expect(bestProbability([a, b, c])).toBeCloseTo(3 ** (-1 / 3), 12);
    // p(a) = 2/3, p(b) = 1/3, and three tokens each.
    expect(bestProbability([a, a, b])).toBeCloseTo(((2 / 3) ** 2 * (1 / 3)) ** (1 / 9), 12);
  });
});

describe('scoreStrings', () => {
  it('gives what the sampler recorded for its own', async () => {
    const sampler = new Sampler(shape, space);
    const samples = await sampler.sample(constrainedParameters, 20, stream(4));
    await sampler.close();
    const scored = await scoreStrings(
      policyOf(constrainedParameters),
      samples.map(({ tokens }) => tokens),
    );
    expect(scored.map(({ tokens }) => tokens)).toEqual(samples.map(({ tokens }) => tokens));
    expect(scored.map(({ logProbability }) => logProbability)).toBeAllclose(
      samples.map(({ logProbability }) => logProbability),
      { rtol: 1e-5, atol: 1e-6 },
    );
  });

  it('has nothing to say of no strings', async () => {
    expect(await scoreStrings(fresh(), [])).toEqual([]);
  });
});

describe('imitate', () => {
  it.each([
    ['one string', [strings[0]!], 0.5],
    ['several', strings, 0.9],
    ['several, almost as well as can be', strings, 0.98],
    ['one of them twice', [...strings, strings[1]!], 0.8],
  ])('reaches its level and stops: %s', async (_title, given, level) => {
    const policy = fresh();
    const { steps, probability } = await imitate(policy, given, level);
    const scores = await scoreStrings(policy, given);
    const nats = total(scores.map(({ logProbability }) => logProbability)) / (3 * given.length);
    expect(probability).toBeCloseTo(Math.exp(nats), 5);
    expect(probability).toBeGreaterThanOrEqual(level * bestProbability(given));
    expect(probability).toBeLessThan(bestProbability(given));
    expect(steps).toBeGreaterThan(0);
  });

  it('gives up where the level cannot be reached', async () => {
    const policy = fresh();
    const { steps, probability } = await imitate(policy, strings, 1);
    expect(steps).toBe(1000);
    expect(probability).toBeGreaterThan(0.98 * bestProbability(strings));
  });

  it('changes nothing at level 0', async () => {
    const policy = fresh();
    expect((await imitate(policy, strings, 0)).steps).toBe(0);
    expect(policy.parameters).toEqual(fresh().parameters);
  });

  it('does the same for the same policy', async () => {
    const [a, b] = [fresh(), fresh()];
    expect(await imitate(a, strings, 0.6)).toEqual(await imitate(b, strings, 0.6));
    expect(a.parameters).toEqual(b.parameters);
  });

  it('leaves a policy of the paper’s size that writes new strings, better ones than before', async () => {
    const paper = paperSpace(3);
    const reward = hiddenString(paper, 1);
    const given = relatives(paper, 1, 4);
    expect(given.map(reward)).toEqual([7 / 15, 7 / 15, 7 / 15, 7 / 15]);
    const options = { space: paper, seed: 1, hidden: 150, embedding: 150, algorithm: reinforce, options: {} };
    const controller = createController(options);
    const sampled = async (): Promise<readonly (readonly number[])[]> =>
      (await controller.sample(100)).map(({ tokens }) => tokens);
    const before = await sampled();
    const { steps } = await controller.imitate(given, 0.4);
    expect(steps).toBeLessThan(100);
    const after = await sampled();
    expect(total(after.map(reward)) / 100).toBeGreaterThan(total(before.map(reward)) / 100 + 0.1);
    expect(new Set(after.map(String)).size).toBeGreaterThan(95);
    await controller.close();
  });
});
