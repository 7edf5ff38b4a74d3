import { describe, expect, it } from 'vitest';
import { createSession, evaluateFloat64 } from '../../graph/index.ts';
import { openMasks } from '../../nn/index.ts';
import { stream } from '../../random/index.ts';
import { gnmtModel } from './model.ts';

const sizes = {
  width: 2,
  sourceVocabulary: 5,
  targetVocabulary: 4,
  sourceLength: 3,
  targetLength: 2,
  batch: 2,
  labelSmoothing: 0.1,
};
const batch = {
  source: [4, 1, 2, 3, 2, 0],
  said: [1, 3, 1, 0],
  expected: [3, 2, 2, 0],
};

// One layer reads both ways and nothing else; the third is the first with a residual connection.
describe.each([
  [1, 0],
  [2, 0],
  [4, 0],
  [4, 0.2],
])('the gradient of a GNMT of %i layers with dropout %d', (layers, dropout) => {
  const model = gnmtModel({ ...sizes, layers, dropout });
  const masks = openMasks(model.masks)({ seed: 1, step: 0, examples: Uint32Array.of(0, 1) });
  const feeds = { ...batch, ...masks };
  const numbers = stream(3, 'weights');
  const weights = Float64Array.from({ length: model.size }, () => 0.5 * numbers.normal());
  const [gradient] = evaluateFloat64([model.training.gradient!], { ...feeds, weights });

  it('is that of central differences, in every parameter', () => {
    const loss = (w: ArrayLike<number>) =>
      evaluateFloat64([model.training.loss!], { ...feeds, weights: w })[0]![0]!;
    for (const { name, offset, size } of model.parameters) {
      const random = stream(4, name);
      const direction = Float64Array.from({ length: size }, () => random.normal());
      const moved = (by: number) =>
        weights.map((w, i) => (i >= offset && i < offset + size ? w + by * direction[i - offset]! : w));
      const slope = (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5;
      const along = direction.reduce((sum, d, i) => sum + d * gradient![offset + i]!, 0);
      expect([name, Math.abs(along - slope) <= 1e-6 * Math.abs(slope) + 1e-9]).toEqual([name, true]);
      expect(slope === 0, name).toBe(false);
    }
  });

  it('is the same on onnxruntime', async () => {
    const session = await createSession(model.training);
    const single = Object.entries({ ...feeds, weights }).map(([name, x]) => [name, Float32Array.from(x)]);
    const found = await session.run(Object.fromEntries(single));
    await session.close();
    expect(found.gradient).toBeAllclose(gradient!, { rtol: 1e-4, atol: 1e-6 });
  });
});

describe('gnmtModel', () => {
  it('drops what every layer reads, in training only', () => {
    const model = gnmtModel({ ...sizes, layers: 2, labelSmoothing: 0, dropout: 0.25 });
    expect(model.masks.map(({ name, shape }) => [name, shape])).toEqual([
      ['mask.encoder0', [2, 2]],
      ['mask.encoder1', [2, 4]],
      ['mask.decoder0', [2, 2]],
      ['mask.decoder1', [2, 4]],
    ]);
    const weights = model.initialWeights(1).map((w) => 5 * w);
    const lossWith = (dropped: string, value: number) => {
      const masks = model.masks.map(({ name, shape: [rows = 0, columns = 0] }) => [
        name,
        new Float32Array(rows * columns).fill(name === dropped ? value : 1),
      ]);
      return evaluateFloat64([model.training.loss!], {
        ...batch,
        ...Object.fromEntries(masks),
        weights,
      })[0]![0]!;
    };
    const plain = gnmtModel({ ...sizes, layers: 2, labelSmoothing: 0 });
    const expected = evaluateFloat64([plain.training.loss!], { ...batch, weights })[0]![0]!;
    for (const { name } of model.masks) {
      expect(lossWith(name, 1)).toBeCloseTo(expected, 12);
      expect(lossWith(name, 0)).not.toBeCloseTo(expected, 6);
    }
  });

  it('does not smooth what it evaluates', () => {
    const model = gnmtModel({ ...sizes, layers: 2 });
    const plain = gnmtModel({ ...sizes, layers: 2, labelSmoothing: 0 });
    const weights = model.initialWeights(1);
    const [likelihood] = evaluateFloat64([model.evaluation.likelihood!], { ...batch, weights });
    const [loss] = evaluateFloat64([plain.training.loss!], { ...batch, weights });
    expect(likelihood![3]).toBeCloseTo(0, 12);
    expect(-likelihood!.reduce((a, b) => a + b) / 3).toBeCloseTo(loss![0]!, 12);
  });

  it('refuses a smoothing out of range', () => {
    expect(() => gnmtModel({ ...sizes, layers: 2, labelSmoothing: -0.1 })).toThrow('labelSmoothing: ');
  });
});
