import { describe, expect, it } from 'vitest';
import { arrayDataset } from './arrays.ts';

const part = (inputs: number[], labels: number[]) => ({ inputs: Float32Array.from(inputs), labels });
const make = (train = part([1, 2, 3, 4], [1, 0])) =>
  arrayDataset({
    name: 'pairs',
    inputShape: [2],
    classes: 2,
    train,
    validation: part([5, 6], [1]),
    test: part([], []),
  });

describe('arrayDataset', () => {
  it('fills batches in the order of the indices', () => {
    const inputs = new Float32Array(6);
    const targets = new Float32Array(6).fill(9);
    make().train.fill([1, 0, 1], inputs, targets);
    expect([...inputs]).toEqual([3, 4, 1, 2, 3, 4]);
    expect([...targets]).toEqual([1, 0, 0, 1, 1, 0]);
  });

  it('has the sizes of its parts, and a checksum of its values', () => {
    const { train, validation, test, checksum } = make();
    expect([train.size, validation.size, test.size]).toEqual([2, 1, 0]);
    expect(make().checksum).toBe(checksum);
    expect(make(part([1, 2, 3, 5], [1, 0])).checksum).not.toBe(checksum);
    expect(make(part([1, 2, 3, 4], [1, 1])).checksum).not.toBe(checksum);
  });

  it('refuses what does not fit', () => {
    expect(() => make(part([1, 2, 3], [1, 0]))).toThrow(
      /train: expected inputs for 2 examples of 2 numbers, got 3/,
    );
    expect(() => make(part([1, 2], [2]))).toThrow(
      /train: label 2 of example 0: expected a class from 0 to 1/,
    );
    expect(() => make().train.fill([2], new Float32Array(2), new Float32Array(2))).toThrow(/example 2/);
  });
});
