import { describe, expect, it } from 'vitest';
import { evaluateFloat64, mean, mul } from '../graph/index.ts';
import { mean as average } from '../statistics/index.ts';
import { buildModel, dense, dropout, fillMask, type Mask } from './index.ts';

const model = (rate: number) =>
  buildModel({
    inputs: { x: [2, 3] },
    loss: (nn, { x }) => mean(dropout(nn, 'drop', mul(x, dense(nn, 'line', x, 3)), rate)),
    evaluate: (nn, { x }) => ({ y: dropout(nn, 'drop', mul(x, dense(nn, 'line', x, 3)), rate) }),
  });

describe('dropout', () => {
  it('asks for a mask in training alone, and for none at a rate of 0', () => {
    expect(model(0.25).masks).toEqual([{ name: 'mask.drop', shape: [2, 3], keep: 0.75 }]);
    expect(model(0).masks).toEqual([]);
  });

  it('multiplies what passes, and its gradient, by the mask', () => {
    const { training, size } = model(0.5);
    const run = (mask: number[]) => {
      const x = Float64Array.of(1, 2, 3, 4, 5, 6);
      const weights = Float64Array.from({ length: size }, (_, i) => 0.1 * i);
      const feeds = { x, weights, 'mask.drop': Float64Array.from(mask) };
      const [loss, gradient] = evaluateFloat64([training.loss!, training.gradient!], feeds);
      return { loss: loss![0]!, gradient: [...gradient!] };
    };
    const [none, first, second] = [run([0, 0, 0, 0, 0, 0]), run([2, 0, 0, 0, 0, 0]), run([0, 0, 0, 0, 2, 0])];
    expect(none).toEqual({ loss: 0, gradient: none.gradient.map(() => 0) });
    const both = run([2, 0, 0, 0, 2, 0]);
    expect(both.loss).toBeCloseTo(first.loss + second.loss);
    expect(both.gradient).toBeAllclose(
      first.gradient.map((g, i) => g + second.gradient[i]!),
      { rtol: 1e-9 },
    );
  });

  it('refuses a rate out of bounds', () => {
    for (const rate of [-0.1, 1, Number.NaN])
      expect(() => model(rate)).toThrow(/expected a rate in \[0, 1\)/);
  });
});

describe('fillMask', () => {
  const mask: Mask = { name: 'mask.a', shape: [3, 1_001], keep: 0.7 };
  const draw = (examples: number[], more: { name?: string; seed?: number; step?: number } = {}) => {
    const { name = mask.name, seed = 1, step = 2 } = more;
    const out = new Float32Array(3 * 1_001).fill(Number.NaN);
    fillMask({ ...mask, name }, { seed, step, examples: Uint32Array.from(examples) }, out);
    return out;
  };
  const row = (values: Float32Array, at: number) => values.slice(at * 1_001, (at + 1) * 1_001);

  it.each([0.1, 0.5, 0.7, 0.95])(
    'keeps a share of %d, divided by it: in a mask, and in each position over many examples',
    (keep) => {
      const [rows, size] = [2_000, 25];
      const values = new Float32Array(rows * size);
      const examples = Uint32Array.from({ length: rows }, (_, i) => i);
      fillMask({ name: 'mask.a', shape: [rows, size], keep }, { seed: 1, step: 2, examples }, values);
      expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / keep)]));
      const deviation = Math.sqrt((1 - keep) / keep);
      expect(Math.abs(average([...values]) - 1)).toBeLessThan((4 * deviation) / Math.sqrt(rows * size));
      for (let at = 0; at < size; at++) {
        const inPlace = Array.from({ length: rows }, (_, row) => values[row * size + at]!);
        expect(Math.abs(average(inPlace) - 1)).toBeLessThan((4 * deviation) / Math.sqrt(rows));
      }
    },
  );

  it('is a function of seed, step, name and example, wherever that stands', () => {
    const [one, other] = [draw([5, 6, 7]), draw([7, 5, 9])];
    expect(row(other, 1)).toEqual(row(one, 0));
    expect(row(other, 0)).toEqual(row(one, 2));
    for (const more of [{ seed: 2 }, { step: 3 }, { name: 'mask.b' }]) {
      expect(row(draw([5, 6, 7], more), 0)).not.toEqual(row(one, 0));
    }
  });
});
