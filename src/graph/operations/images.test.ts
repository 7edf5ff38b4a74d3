import { describe, expect, it } from 'vitest';
import { imageCases } from '../../../test/graph/image-cases.ts';
import { describeOperations } from '../../../test/graph/operation-battery.ts';
import { stream } from '../../random/index.ts';
import {
  channelMoments,
  convolution2d,
  createSession,
  evaluateFloat64,
  formulateByPatches,
  gradients,
  input,
  maxOver,
  maxPool2d,
  mul,
  neg,
  patches,
  reshape,
  type Shape,
  scalar,
  scaleChannels,
  sum,
  type Tensor,
  upsample2d,
} from '../index.ts';
import { sizeOf } from '../shape.ts';
import { topologicalOrder } from '../topology.ts';
import { convolution2dWeightGradient } from './convolution2d-weight-gradient.ts';

describeOperations(imageCases);

const random = (shape: Shape, ...label: string[]) => {
  const numbers = stream(1, ...label);
  return Float64Array.from({ length: sizeOf(shape) }, () => numbers.normal());
};
const operationsOf = (x: Tensor) => topologicalOrder([x]).map((node) => node.operation.name);
const one = (x: Tensor, feeds: Record<string, ArrayLike<number>>) => evaluateFloat64([x], feeds)[0]!;

describe('convolution2d', () => {
  it('slides the kernel without turning it', () => {
    const x = input('x', [1, 1, 2, 3]);
    const w = input('w', [1, 1, 1, 2]);
    expect([...one(convolution2d(x, w), { x: [1, 2, 3, 4, 5, 6], w: [10, 1] })]).toEqual([12, 23, 45, 56]);
  });

  it('refuses what does not fit', () => {
    const x = input('x', [2, 3, 4, 4]);
    expect(() => convolution2d(x, input('w', [5, 2, 3, 3]))).toThrow(
      /^convolution2d: filters \[5, 2, 3, 3\]/,
    );
    expect(() => convolution2d(x, input('w', [5, 3, 5, 5]))).toThrow(/does not fit \[4, 4\]/);
    expect(() => convolution2d(x, input('w', [5, 3, 3, 3]), { padding: 3 })).toThrow(RangeError);
    expect(() => convolution2d(x, input('w', [5, 3]))).toThrow(/expected \[batch, channels, height, width\]/);
  });
});

describe('convolution2dWeightGradient', () => {
  it.each([
    ['patches', 1, 8],
    ['shifts', 4, 4],
  ])('adds up blocks of images, by %s', async (_, channels, filters) => {
    const x = input('x', [6, channels, 64, 64]);
    const g = input('g', [6, filters, 64, 64]);
    const y = convolution2dWeightGradient(x, g, [3, 3], [1, 1]);
    const feeds = { x: Float32Array.from(random(x.shape, 'x')), g: Float32Array.from(random(g.shape, 'g')) };
    const session = await createSession({ y });
    expect((await session.run(feeds)).y).toBeAllclose(one(y, feeds), { rtol: 1e-4, atol: 1e-2 });
    await session.close();
  });
});

describe('a convolution of data', () => {
  const x = input('x', [8, 2, 48, 48]); // several blocks of images
  const w = input('w', [24, 2, 3, 3]);
  const filtered = convolution2d(x, w, { padding: 1 });
  const feeds = { x: random(x.shape, 'x'), w: random(w.shape, 'w') };
  const byPatches = (tensor: Tensor): Tensor => formulateByPatches([tensor])[0]!;

  it('is pooled as a maximum over an axis, with the values of pooling', () => {
    const plain = maxPool2d(filtered, 2);
    const pooled = byPatches(plain);
    expect(operationsOf(plain)).toContain('maxPool2d');
    expect(operationsOf(pooled)).not.toContain('maxPool2d');
    expect(operationsOf(pooled)).toContain('concat');
    expect(one(pooled, feeds)).toBeAllclose(one(plain, feeds), { rtol: 1e-12, atol: 1e-12 });
  });

  it('has its moments computed from those of the patches', () => {
    const plain = channelMoments(filtered);
    const [mean, variance] = formulateByPatches([plain.mean, plain.variance]) as [Tensor, Tensor];
    expect(operationsOf(plain.variance)).toContain('convolution2d');
    expect(operationsOf(mean)).not.toContain('convolution2d');
    expect(operationsOf(variance)).not.toContain('convolution2d');
    expect(one(mean, feeds)).toBeAllclose(one(plain.mean, feeds), { rtol: 1e-9, atol: 1e-12 });
    expect(one(variance, feeds)).toBeAllclose(one(plain.variance, feeds), { rtol: 1e-9 });
  });

  it('has no negative variance, where all pixels are alike', async () => {
    const variance = byPatches(channelMoments(convolution2d(x, w)).variance);
    const session = await createSession({ variance });
    const bright = { x: new Float32Array(sizeOf(x.shape)).fill(255), w: Float32Array.from(feeds.w) };
    const computed = (await session.run(bright)).variance!;
    await session.close();
    expect(Math.min(...computed)).toBe(0);
    expect(Math.max(...computed)).toBeLessThan(1);
  });

  it('is scaled by its filters', () => {
    const s = input('s', [24]);
    const withScale = { ...feeds, s: random([24], 's') };
    const plain = scaleChannels(filtered, s);
    const scaled = byPatches(plain);
    expect(operationsOf(scaled).at(-1)).toBe('convolution2d');
    expect(one(scaled, withScale)).toBeAllclose(one(plain, withScale), { rtol: 1e-9, atol: 1e-12 });
  });

  it('stays as it is where it is not of data, or another multiple than the mean is taken', () => {
    const hidden = convolution2d(neg(neg(x)), w, { padding: 1 });
    const doubled = reshape(mul(sum(filtered, { axes: [0, 2, 3], keepDims: true }), scalar(2)), [24]);
    for (const plain of [maxPool2d(hidden, 2), channelMoments(hidden).variance, doubled]) {
      expect(byPatches(plain)).toBe(plain);
    }
  });
});

describe('ties for a maximum', () => {
  it('share the cotangent: in max-pooling', async () => {
    const x = input('x', [1, 1, 2, 4]);
    const gradient = gradients(sum(mul(maxPool2d(x, 2), input('c', [1, 1, 1, 2]))), [x])[0]!;
    const feeds = { x: Float32Array.of(5, 5, 1, 2, 5, 0, 3, 0), c: Float32Array.of(3, 7) };
    const expected = [1, 1, 0, 0, 1, 0, 7, 0];
    expect(one(gradient, feeds)).toBeAllclose(expected);
    const session = await createSession({ gradient });
    expect((await session.run(feeds)).gradient).toBeAllclose(expected);
    await session.close();
  });

  it('share the cotangent: along an axis', () => {
    const x = input('x', [3, 2]);
    const gradient = gradients(sum(maxOver(x, 0)), [x])[0]!;
    expect([...one(gradient, { x: [1, 4, 2, 4, 2, 0] })]).toEqual([0, 0.5, 0.5, 0.5, 0.5, 0]);
  });
});

describe('patches', () => {
  it('lists places by their position in a tile', () => {
    const x = input('x', [1, 1, 2, 4]);
    const p = patches(x, { kernel: [1, 1], tile: 2 });
    expect(p.shape).toEqual([1, 1, 4, 2]);
    expect([...one(p, { x: [0, 1, 2, 3, 4, 5, 6, 7] })]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  });

  it('refuses tiles that leave a rest', () => {
    const x = input('x', [1, 1, 3, 4]);
    expect(() => patches(x, { kernel: [1, 1], tile: 2 })).toThrow(/^patches: .* not multiples of 2/);
  });
});

describe('pooling', () => {
  it('refuses sizes that leave a rest', () => {
    expect(() => maxPool2d(input('x', [1, 1, 3, 4]), 2)).toThrow(/^maxPool2d: .* not multiples of 2/);
    expect(() => upsample2d(input('x', [1, 1, 3, 4]), 0)).toThrow(/^upsample2d: expected an integer/);
  });
});
