import { describe, expect, it } from 'vitest';
import {
  constrainedParameters,
  constrainedSpace,
  policyFeeds,
  constrainedShape as shape,
  constrainedStrings as strings,
} from '../../test/support/controller.ts';
import { createSession, evaluateFloat64, type Tensor } from '../graph/index.ts';
import { stream } from '../random/index.ts';
import { fisherGraph } from './fisher.ts';
import { parameterGradients, policyGraph } from './lstm.ts';
import { clippedObjective } from './ppo.ts';
import { reinforceGraph } from './reinforce.ts';
import { parameterSpecs, parameterViews } from './shape.ts';
import { LARGEST_WEIGHT, type Objective, Surrogate, surrogateGraph } from './surrogate.ts';
import { importanceObjective } from './trpo.ts';

type Feeds = Record<string, ArrayLike<number>>;
const names = parameterSpecs(shape).map(({ name }) => name);
const size = constrainedParameters.length;
const random = stream(3);
const direction = Float64Array.from({ length: size }, () => random.normal());
/** p₀; and p, so far from it that ratios lie on both sides of 1 and of PPO's clip. */
const before = Float64Array.from(constrainedParameters);
const now = before.map((x, i) => x + 0.4 * direction[i]!);

const flat = (outputs: Readonly<Record<string, Tensor>>, prefix: string, feeds: Feeds): number[] =>
  evaluateFloat64(
    names.map((name) => outputs[`${prefix} of ${name}`]!),
    feeds,
  ).flatMap((part) => [...part]);

const logProbabilities = (theta: Float64Array): Float64Array =>
  evaluateFloat64([policyGraph(shape, strings.length).logProbabilities], policyFeeds(theta, strings))[0]!;

const others: Feeds = {
  before: logProbabilities(before),
  advantages: [0.7, -0.4, 0.1],
  entropyWeight: [0.3],
};

function centralDifferences(f: (theta: Float64Array) => number, at: Float64Array): number[] {
  const theta = at.slice();
  return Array.from(theta, (value, i) => {
    const step = 1e-5;
    theta[i] = value + step;
    const above = f(theta);
    theta[i] = value - step;
    const below = f(theta);
    theta[i] = value;
    return (above - below) / (2 * step);
  });
}

function lossGraph(objective: Objective): Record<string, Tensor> {
  const { loss, parameters } = surrogateGraph(shape, strings.length, objective);
  return { loss, ...parameterGradients(parameters, loss) };
}

const { before: _, ...reinforceInputs } = others;

describe.each([
  ['reinforce', reinforceGraph(shape, strings.length), reinforceInputs],
  ['trpo and trpo-adam', lossGraph(importanceObjective), others],
  ['ppo', lossGraph(clippedObjective(0.2)), others],
])('the gradient of %s', (_name, outputs, inputs) => {
  const feedsAt = (theta: Float64Array): Feeds => ({ ...policyFeeds(theta, strings), ...inputs });

  it('equals central differences of the loss, away from the policy that the batch is compared with', () => {
    const gradient = flat(outputs, 'gradient', feedsAt(now));
    const loss = (theta: Float64Array): number => evaluateFloat64([outputs.loss!], feedsAt(theta))[0]![0]!;
    expect(gradient.filter((g) => g !== 0).length).toBeGreaterThan(200);
    expect(gradient).toBeAllclose(centralDifferences(loss, now), { rtol: 1e-6, atol: 1e-9 });
  });

  it('is the same on the engine, in float32', async () => {
    const feeds = feedsAt(now);
    const session = await createSession(outputs);
    const arrays = Object.entries(feeds).map(([name, x]) => [name, Float32Array.from(x)] as const);
    const found = await session.run(Object.fromEntries(arrays));
    for (const [name, tensor] of Object.entries(outputs)) {
      const [expected] = evaluateFloat64([tensor], feeds);
      expect(found[name]!).toBeAllclose(expected!, { rtol: 1e-4, atol: 1e-6 });
    }
    await session.close();
  });
});

describe('the surrogate', () => {
  const graph = surrogateGraph(shape, strings.length, importanceObjective);
  const feeds = { ...policyFeeds(now, strings), ...others };

  it('has the ratios, the loss and the KL divergence of their definitions', () => {
    const [old, current] = [logProbabilities(before), logProbabilities(now)];
    const { chosen } = policyFeeds(now, strings);
    const ratios = Array.from({ length: 9 }, (_, row) => {
      const token = Array.from(chosen!)
        .slice(9 * row, 9 * row + 9)
        .indexOf(1);
      return Math.exp(current[9 * row + token]! - old[9 * row + token]!);
    });
    const advantages = Array.from(others.advantages!);
    const kl = old.reduce((sum, x, i) => sum + Math.exp(x) * (x - current[i]!), 0) / 9;
    const entropy = current.reduce((sum, x) => sum - Math.exp(x) * x, 0) / 9;
    const objective = ratios.reduce((sum, ratio, row) => sum + ratio * advantages[row % 3]!, 0) / 9;
    const found = evaluateFloat64([graph.ratio, graph.kl, graph.loss], feeds);
    expect(found[0]!).toBeAllclose(ratios, { rtol: 1e-10 });
    expect(found[1]!).toBeAllclose([kl], { rtol: 1e-10 });
    expect(found[2]!).toBeAllclose([-objective - 0.3 * entropy], { rtol: 1e-10 });
    // What the tests of the gradients rest on: ratios beyond PPO's clip on both sides, and within.
    expect(Math.min(...ratios)).toBeLessThan(0.8);
    expect(Math.max(...ratios)).toBeGreaterThan(1.2);
    expect(ratios.some((ratio) => Math.abs(ratio - 1) < 0.2)).toBe(true);
  });

  it('has the gradient of REINFORCE where it starts', () => {
    const start = { ...policyFeeds(before, strings), ...others };
    const { before: _, ...reinforceFeeds } = start;
    const expected = flat(reinforceGraph(shape, strings.length), 'gradient', reinforceFeeds);
    for (const objective of [importanceObjective, clippedObjective(0.2)]) {
      expect(flat(lossGraph(objective), 'gradient', start)).toBeAllclose(expected, {
        rtol: 1e-9,
        atol: 1e-14,
      });
    }
  });

  it('weighs a string by how much likelier it is now than when it was written, up to a limit', async () => {
    const policy = { shape, space: constrainedSpace, parameters: constrainedParameters.slice() };
    const surrogate = new Surrogate(policy, importanceObjective);
    const own = logProbabilities(before);
    const { chosen } = policyFeeds(before, strings);
    const scored = strings.map((tokens, b) => {
      const rows = [0, 1, 2].map((t) => (3 * t + b) * 9);
      const logProbability = rows.reduce((sum, row) => {
        const token = Array.from(chosen!)
          .slice(row, row + 9)
          .indexOf(1);
        return sum + own[row + token]!;
      }, 0);
      return { tokens, logProbability: logProbability - Math.log([0.5, 1, 50][b]!), reward: b };
    });
    const options = { baselineDecay: 0.5, entropyWeight: 0 };
    const open = await surrogate.open(scored, -1, options, 1);
    expect(open.inputs.advantages).toBeAllclose([0.5 * 1, 2, LARGEST_WEIGHT * 3], { rtol: 1e-4 });
    expect(open.metrics.weightMean).toBeCloseTo((0.5 + 1 + LARGEST_WEIGHT) / 3, 4);
    expect(open.metrics.policyLag).toBeCloseTo((-Math.log(0.5) - Math.log(50)) / 9, 4);
    expect(open.nextBaseline).toBe(0);
    await surrogate.close();
  });
});

describe('the damped Fisher–vector product', () => {
  const outputs = fisherGraph(shape, strings.length);
  const views = parameterViews(shape, Float32Array.from(direction), 'direction of ');
  const { previous, mask, chosen: _, ...parameters } = policyFeeds(before, strings);
  const damping = 0.25;
  const feeds = { previous: previous!, mask: mask!, damping: [damping], ...parameters, ...views };

  it('equals finite differences of the gradient of KL, and the damping', () => {
    const { kl, parameters } = surrogateGraph(shape, strings.length, importanceObjective);
    const gradient = parameterGradients(parameters, kl);
    const along = (step: number): number[] => {
      const theta = before.map((x, i) => x + step * Math.fround(direction[i]!));
      return flat(gradient, 'gradient', { ...policyFeeds(theta, strings), before: others.before! });
    };
    const [above, below] = [along(1e-5), along(-1e-5)];
    const differences = above.map((x, i) => (x - below[i]!) / 2e-5 + damping * Math.fround(direction[i]!));
    const product = flat(outputs, 'product', feeds);
    expect(product.filter((x) => x !== 0).length).toBeGreaterThan(200);
    expect(product).toBeAllclose(differences, { rtol: 1e-5, atol: 1e-8 });
  });

  it('is the same on the engine, in float32', async () => {
    const session = await createSession(outputs);
    const arrays = Object.entries(feeds).map(([name, x]) => [name, Float32Array.from(x)] as const);
    const found = await session.run(Object.fromEntries(arrays));
    for (const [name, tensor] of Object.entries(outputs)) {
      expect(found[name]!).toBeAllclose(evaluateFloat64([tensor], feeds)[0]!, { rtol: 1e-4, atol: 1e-6 });
    }
    await session.close();
  });
});
