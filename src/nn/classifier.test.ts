import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import { evaluateFloat64, patches, reshape, type Tensor } from '../graph/index.ts';
import { stream } from '../random/index.ts';
import {
  batchNorm,
  buildClassifier,
  convolution,
  dense,
  flatten,
  type Network,
  type NetworkBuilder,
  openModel,
} from './index.ts';

const convNet = (nn: NetworkBuilder, x: Tensor) =>
  dense(
    nn,
    'head',
    flatten(batchNorm(nn, 'norm', convolution(nn, 'conv', x, { channels: 2, kernel: 3 }))),
    3,
  );
const definition = { network: convNet, inputShape: [1, 2, 3], classes: 3, batchSize: 4 };

const build = (network: Network) => buildClassifier({ network, inputShape: [2], classes: 2, batchSize: 3 });
const batch = () => {
  const numbers = stream(1, 'batch');
  const inputs = Float32Array.from({ length: 4 * 6 }, () => 3 + 2 * numbers.normal());
  return { inputs, targets: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0) };
};

describe('buildClassifier', () => {
  it('lays parameters and buffers out in the order in which the network asks for them', () => {
    const { parameters, size, buffers, bufferSize } = buildClassifier(definition);
    expect(parameters).toMatchObject([
      { name: 'conv.weight', shape: [2, 1, 3, 3], offset: 0, size: 18 },
      { name: 'norm.weight', shape: [2], offset: 18, size: 2 },
      { name: 'norm.bias', shape: [2], offset: 20, size: 2 },
      { name: 'head.weight', shape: [3, 12], offset: 22, size: 36 },
      { name: 'head.bias', shape: [3], offset: 58, size: 3 },
    ]);
    expect(size).toBe(61);
    expect(buffers.map(({ name }) => name)).toEqual(['norm.running_mean', 'norm.running_var']);
    expect(bufferSize).toBe(4);
  });

  it('draws each parameter from its own stream, uniform in ±1/√fan-in', () => {
    const { initialWeights, initialBuffers } = buildClassifier(definition);
    const weights = initialWeights(7);
    const numbers = stream(7, 'weights', 'head.weight');
    const drawn = Float32Array.from({ length: 36 }, () => (2 * numbers.uniform() - 1) / Math.sqrt(12));
    expect(weights.subarray(22, 58)).toEqual(drawn);
    expect([...weights.subarray(18, 22)]).toEqual([1, 1, 0, 0]);
    const conv = weights.subarray(0, 18).map(Math.abs);
    expect(Math.max(...conv)).toBeLessThan(1 / 3);
    expect(Math.max(...conv)).toBeGreaterThan(0.7 / 3);
    expect(weights.subarray(58).some((bias) => bias !== 0)).toBe(true);
    expect(initialWeights(8)).not.toEqual(weights);
    expect([...initialBuffers()]).toEqual([0, 0, 1, 1]);
  });

  it('normalises by the batch in training and keeps running averages with the unbiased variance', () => {
    const network: Network = (nn, x) => batchNorm(nn, 'norm', x);
    const { training, evaluation } = build(network);
    const feeds = {
      inputs: [1, 10, 2, 20, 6, 60],
      targets: [1, 0, 1, 0, 1, 0],
      weights: [1, 1, 0, 0],
      buffers: [0, 0, 1, 1],
    };
    // Means 3 and 30; unbiased variances 7 and 700.
    const moved = evaluateFloat64([training.buffers!], feeds)[0]!;
    expect(moved).toBeAllclose([0.3, 3, 0.9 + 0.7, 0.9 + 70]);
    const buffers = [3, 30, 7, 700];
    const logits = evaluateFloat64([evaluation.logits!], { ...feeds, buffers })[0]!;
    expect(logits.subarray(0, 2)).toBeAllclose([-2 / Math.sqrt(7), -20 / Math.sqrt(700)], { rtol: 1e-5 });
  });

  it('refuses a name that comes twice, logits of another shape, and parameters of one mode only', () => {
    expect(() => build((nn, x) => dense(nn, 'a', dense(nn, 'a', x, 2), 2))).toThrow(
      "the name 'a.weight' is used",
    );
    expect(() => build((nn, x) => dense(nn, 'a', x, 3))).toThrow('expected logits [3, 2]');
    expect(() => build((nn, x) => dense(nn, nn.mode, x, 2))).toThrow(
      "'training.weight' is asked for in one mode",
    );
    expect(() => build((nn, x) => dense(nn, 'a', reshape(x, [3, 2, 1]), 2))).toThrow(
      "dense 'a': expected [batch",
    );
    expect(() => build((nn, x) => convolution(nn, 'c', x, { channels: 1, kernel: 1 }))).toThrow(
      "convolution 'c': expected [batch, channels, height, width], got [3, 2]",
    );
  });
});

describe('openModel', () => {
  it('trains to a lower loss, moves the buffers, and evaluates by them', async () => {
    const classifier = buildClassifier(definition);
    const session = await openModel(classifier);
    const weights = classifier.initialWeights(1);
    const buffers = classifier.initialBuffers();
    const gradient = new Float32Array(classifier.size);
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      losses.push(await session.step(batch(), weights, buffers, gradient));
      for (let i = 0; i < weights.length; i++) weights[i]! -= 0.1 * gradient[i]!;
    }
    expect(losses[0]).toBeGreaterThan(0.8);
    expect(losses.at(-1)).toBeLessThan(0.2);
    const feeds = { inputs: batch().inputs, weights, buffers };
    const expected = evaluateFloat64([classifier.evaluation.logits!], feeds)[0]!;
    const { logits } = await session.evaluate({ inputs: feeds.inputs }, weights, buffers);
    expect(logits).toBeAllclose(expected, {
      rtol: 1e-4,
      atol: 1e-5,
    });
    await session.close();
  });

  it('serves networks without buffers, and gives equal bits for equal calls', async () => {
    const classifier = build((nn, x) => dense(nn, 'a', x, 2));
    const data = { inputs: Float32Array.of(1, 2, 3, 4, 5, 6), targets: Float32Array.of(1, 0, 0, 1, 1, 0) };
    const run = async () => {
      const session = await openModel(classifier);
      const gradient = new Float32Array(classifier.size);
      const loss = await session.step(
        data,
        classifier.initialWeights(3),
        classifier.initialBuffers(),
        gradient,
      );
      await session.close();
      return { loss, gradient };
    };
    expect(await run()).toEqual(await run());
  });
});

it.skipIf(!engines.includes('native'))(
  'is refused by the native engine if that lacks one of its operations, and trains on onnxruntime',
  async () => {
    const network: Network = (nn, x) => dense(nn, 'head', flatten(patches(x, { kernel: [2, 2] })), 3);
    const model = buildClassifier({ ...definition, network, inputShape: [1, 3, 3] });
    await expect(openModel(model, { engine: 'native' })).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('patches'),
      hint: expect.stringContaining('onnxruntime'),
    });
    const session = await openModel(model);
    expect(session.engine).toBe('onnxruntime');
    await session.close();
  },
);
