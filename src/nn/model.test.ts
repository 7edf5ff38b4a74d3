import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import { createSession, evaluateFloat64, mean, mul, scalar, sub, sum } from '../graph/index.ts';
import {
  buildModel,
  dense,
  embedding,
  lstm,
  type NetworkBuilder,
  openModel,
  sequenceCrossEntropy,
  type Tensors,
  tokenLogLikelihood,
} from './index.ts';

const [STEPS, BATCH, VOCABULARY] = [3, 2, 4];
const ROWS = STEPS * BATCH;

const network = (nn: NetworkBuilder, { tokens, mask }: Tensors<'tokens' | 'mask'>) => {
  const x = embedding(nn, 'embedding', tokens, { vocabulary: VOCABULARY, features: 3 });
  const sizes = { hidden: 3, steps: STEPS };
  const up = lstm(nn, 'up', x, sizes);
  return dense(nn, 'head', lstm(nn, 'down', up, { ...sizes, mask, reverse: true }), VOCABULARY);
};
/** A language model of two layers, one of them reversed, with padding and label smoothing. */
const model = buildModel({
  inputs: { tokens: [ROWS], targets: [ROWS], mask: [ROWS] },
  loss: (nn, inputs) => {
    const { targets, mask } = inputs;
    return sequenceCrossEntropy(network(nn, inputs), targets, { mask, labelSmoothing: 0.1 });
  },
  evaluate: (nn, inputs) => ({ likelihood: tokenLogLikelihood(network(nn, inputs), inputs.targets) }),
});
const feeds = {
  tokens: Float32Array.of(0, 3, 2, 2, 1, 0),
  targets: Float32Array.of(2, 2, 1, 0, 3, 0),
  mask: Float32Array.of(1, 1, 1, 1, 1, 0),
};
const weights = model.initialWeights(1);

describe('the gradient of a masked, smoothed sequence loss', () => {
  const [gradient] = evaluateFloat64([model.training.gradient!], { ...feeds, weights });

  it('is that of central differences', () => {
    const loss = (w: ArrayLike<number>) =>
      evaluateFloat64([model.training.loss!], { ...feeds, weights: w })[0]![0]!;
    const at = Float64Array.from(weights);
    const numeric = at.map((w, i) => loss(at.with(i, w + 1e-5)) - loss(at.with(i, w - 1e-5)));
    expect(gradient).toBeAllclose(
      numeric.map((difference) => difference / 2e-5),
      { rtol: 1e-6, atol: 1e-9 },
    );
  });

  it.each(engines)('is the same by %s', async (engine) => {
    const session = await createSession(model.training, engine);
    const computed = await session.run({ ...feeds, weights });
    await session.close();
    expect(computed.gradient).toBeAllclose(gradient!, { rtol: 1e-4, atol: 1e-6 });
  });
});

describe('sequenceCrossEntropy', () => {
  const graph = (options: { mask: boolean; labelSmoothing?: number }) =>
    buildModel({
      inputs: { logits: [2, 3], targets: [2], mask: [2] },
      loss: (nn, { logits }) => sum(mul(logits, nn.parameter('none', [3], { constant: 0 }))),
      evaluate: (nn, { logits, targets, mask }) => {
        nn.parameter('none', [3], { constant: 0 });
        const { mask: masks, ...rest } = options;
        return { loss: sequenceCrossEntropy(logits, targets, { ...rest, ...(masks && { mask }) }) };
      },
    }).evaluation.loss!;
  const logits = [1, 2, 3, 0, 0, 5];
  const logSum = (row: readonly number[]) => Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
  const [first, second] = [logSum([1, 2, 3]), logSum([0, 0, 5])];

  it.each([
    [{ mask: false }, [1, 1], (first - 3 + second) / 2],
    [{ mask: true }, [1, 0], first - 3],
    // 1 − ε + ε/3 on the token, ε/3 on the others.
    [{ mask: true, labelSmoothing: 0.3 }, [1, 0], first - (0.8 * 3 + 0.1 * 2 + 0.1 * 1)],
  ])('with %j', (options, mask, expected) => {
    const [loss] = evaluateFloat64([graph(options)], { logits, targets: [2, 1], mask });
    expect(loss![0]).toBeCloseTo(expected, 12);
  });

  it('refuses a smoothing out of range', () => {
    expect(() => graph({ mask: false, labelSmoothing: 1 })).toThrow(
      'labelSmoothing: expected a number in [0, 1), got 1',
    );
  });
});

describe('embedding', () => {
  it('refuses tokens of another shape', () => {
    const build = () =>
      buildModel({
        inputs: { tokens: [2, 3] },
        loss: (nn, { tokens }) => sum(embedding(nn, 'e', tokens, { vocabulary: 2, features: 1 })),
        evaluate: (nn, { tokens }) => ({ y: embedding(nn, 'e', tokens, { vocabulary: 2, features: 1 }) }),
      });
    expect(build).toThrow("embedding 'e': expected tokens [rows], got [2, 3]");
  });
});

describe('buildModel', () => {
  const line = buildModel({
    inputs: { x: [4, 1], y: [4, 1] },
    loss: (nn, { x, y }) => {
      const error = sub(dense(nn, 'line', x, 1), y);
      return mean(mul(error, error));
    },
    evaluate: (nn, { x }) => ({ prediction: dense(nn, 'line', x, 1) }),
  });

  it('makes other graphs over the same weights, of its own parameters only', () => {
    const slope = line.graph((nn) => mul(nn.parameter('line.weight', [1, 1], { constant: 0 }), scalar(2)));
    expect(evaluateFloat64([slope], { weights: [3, 4] })[0]).toEqual(Float64Array.of(6));
    expect(() => line.graph((nn) => nn.parameter('curve', [1], { constant: 0 }))).toThrow(
      "'curve' is asked for in one mode only",
    );
  });

  it('refuses a loss that is no scalar', () => {
    expect(() =>
      buildModel({
        inputs: { x: [4, 1] },
        loss: (nn, { x }) => dense(nn, 'line', x, 1),
        evaluate: (nn, { x }) => ({ y: dense(nn, 'line', x, 1) }),
      }),
    ).toThrow('gradients: expected a scalar, got shape [4, 1]');
  });

  it('trains and evaluates, with inputs by name', async () => {
    const session = await openModel(line);
    const x = Float32Array.of(-1, 0, 1, 2);
    const y = x.map((value) => 3 * value - 1);
    const [fitted, gradient, none] = [line.initialWeights(1), new Float32Array(2), new Float32Array()];
    for (let step = 0; step < 200; step++) {
      await session.step({ x, y }, fitted, none, gradient);
      for (let i = 0; i < 2; i++) fitted[i]! -= 0.2 * gradient[i]!;
    }
    expect(fitted).toBeAllclose([3, -1], { atol: 1e-4 });
    const { prediction } = await session.evaluate({ x }, fitted, none);
    expect(prediction).toBeAllclose(y, { atol: 1e-3 });
    await session.close();
  });
});
