import { describe, expect, it } from 'vitest';
import { type Evaluation, identityOf } from '../evaluation/index.ts';
import { rescaled, reused } from './reuse.ts';

const { text: rule, key } = identityOf('m');
const trained: Evaluation = {
  ...{ rule, key, task: 'digits-mlp', protocol: 'fast', seed: 1, environment: 'none' },
  ...{ learningRate: 0.1, edgeOfGrid: false, reward: 0.9, curve: [0.8, 0.9], status: 'ok' },
  sweep: [
    { learningRate: 0.01, accuracy: Number.NaN, loss: 2, steps: 10 },
    { learningRate: 0.1, accuracy: Number.NaN, loss: 1, steps: 40 },
    { learningRate: 1, accuracy: Number.NaN, loss: 1.5, steps: 20 },
  ],
  ...{ steps: 500, seconds: 7, fingerprint: 'this machine', version: '1.0.0' },
};
const other = identityOf('10 * m');

describe('reused', () => {
  it('is the evaluation under the other name, and cost nothing', () => {
    const reuses = { rule, key, factor: 1 };
    const expected = { ...trained, rule: other.text, key: other.key, steps: 0, seconds: 0, reuses };
    expect(reused(trained, other)).toEqual(expected);
  });

  it('names the rule that was trained', () => {
    const reuses = { rule: 'g', key: 'key of g', factor: 0.1 };
    expect(reused({ ...trained, reuses }, other).reuses).toEqual(reuses);
  });
});

describe('rescaled', () => {
  it('shifts the learning rates against the updates', () => {
    const shifted = rescaled(trained, other, 10)!;
    expect(shifted).toMatchObject({ rule: other.text, key: other.key, learningRate: 0.01, reward: 0.9 });
    expect(shifted.reuses).toEqual({ rule, key, factor: 10 });
    expect(shifted.sweep.map(({ learningRate }) => learningRate)).toEqual([1e-3, 1e-2, 1e-1]);
    expect(rescaled(trained, other, 0.1)!.learningRate).toBe(1);
    expect(rescaled(trained, other, 1e3)!.learningRate).toBe(1e-4);
  });

  it.each<[string, Partial<Evaluation>, number]>([
    ['its rate would be the last of the grid', {}, 0.01],
    ['its rate would lie outside', {}, 1e-3],
    ['its rate would be the first of the grid', {}, 1e4],
    ['the rate is the last of the grid', { learningRate: 10 }, 10],
    ['the rate lies outside', { learningRate: 100 }, 1e3],
    ['the rate is the first of the grid', { learningRate: 1e-5 }, 0.1],
    ['nothing was chosen', { learningRate: Number.NaN }, 10],
    ['the training diverged', { status: 'diverged' }, 10],
    ['the rule was rejected', { status: 'rejected', curve: [] }, 10],
    ['it was stopped before an epoch was over', { status: 'stopped', curve: [] }, 10],
  ])('is nothing where %s', (_, more, factor) => {
    expect(rescaled({ ...trained, ...more } as Evaluation, other, factor)).toBeUndefined();
  });
});
