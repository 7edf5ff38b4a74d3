import { describe, expect, it } from 'vitest';
import { comparePaths } from './compare-paths.ts';

/** A path of two weights that moves the second by 1 per step. */
const reference = {
  starts: [0, 0],
  weights: [
    [0, 1],
    [0, 2],
    [0, 3],
  ],
};

const compare = (found: readonly (readonly number[])[], more: object = {}) =>
  comparePaths(found, { ...reference, ...more }, 1e-6, 'float64');

describe('paths of weights', () => {
  it('agree within the bound, and within a rounding per step', () => {
    expect(compare(reference.weights)).toEqual({ largest: 0, compared: 6, difference: null });
    const near = compare([
      [0, 1 + 5e-7],
      [0, 2],
      [0, 3 + 1e-16],
    ]);
    expect(near.difference).toBeNull();
    expect(near.largest).toBeCloseTo(5e-7, 9);
  });

  it('part at the first step, and at the weight that is farthest off there', () => {
    const { difference, largest } = compare([
      [0, 1],
      [0, 2.5],
      [0, 9],
    ]);
    expect(difference).toEqual({
      step: 2,
      tensor: 0,
      index: 1,
      found: 2.5,
      expected: 2,
      share: expect.closeTo(0.25),
    });
    expect(largest).toBeCloseTo(2);
  });

  it('part where one is not finite, or moves what should stay', () => {
    expect(
      compare([
        [0, Number.NaN],
        [0, 2],
        [0, 3],
      ]).difference,
    ).toMatchObject({ step: 1, share: Infinity });
    expect(
      compare([
        [0, 1],
        [1, 2],
        [1, 3],
      ]).difference,
    ).toMatchObject({ step: 2, index: 0, share: Infinity });
  });

  it('are not compared where the reference is not known', () => {
    const known = [1, 2, 3].map(() => [true, false]);
    expect(
      compare(
        [
          [0, 5],
          [0, 5],
          [0, 5],
        ],
        { known },
      ),
    ).toMatchObject({ compared: 3, difference: null });
  });
});
