import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateRange, meanSweep } from './index.ts';

const GRID = [1e-4, 1e-3, 1e-2, 1e-1, 1];
const sweepOf = (...accuracies: readonly number[]) =>
  accuracies.map((accuracy, i) => ({ learningRate: GRID[i] as number, accuracy }));

describe('the range of learning rates', () => {
  it('is where the sweep stays within 1 % of its best, on straight lines between the grid', () => {
    const range = learningRateRange(sweepOf(0.5, 0.78, 0.8, 0.796, 0.4));
    // 0.792 is reached 0.4 of the way down to 0.78, and 0.004/0.396 of the way from 0.796 to 0.4.
    expect(range).toEqual({
      best: 1e-2,
      low: expect.closeTo(10 ** -2.4, 10),
      high: expect.closeTo(10 ** (-1 + 0.004 / 0.396), 10),
      decades: expect.closeTo(1.4 + 0.004 / 0.396, 10),
      open: false,
    });
  });

  it('ends at the grid, openly, and before what diverged', () => {
    expect(learningRateRange(sweepOf(0.8, 0.8, 0.8, Number.NaN, Number.NaN))).toEqual({
      best: 1e-4,
      low: expect.closeTo(1e-4, 12),
      high: expect.closeTo(1e-2, 12),
      decades: expect.closeTo(2, 12),
      open: true,
    });
    expect(learningRateRange(sweepOf(Number.NaN, 0.8, Number.NaN))).toMatchObject({
      decades: 0,
      open: false,
    });
    expect(learningRateRange(sweepOf(Number.NaN, Number.NaN))).toBeNull();
    expect(learningRateRange([])).toBeNull();
  });

  it('is not longer than the grid, holds the best, and does not see the scale of accuracy', () => {
    const accuracies = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(accuracies, (values) => {
        const range = learningRateRange(sweepOf(...values));
        if (range === null) throw new Error('a range was expected');
        expect(range.decades).toBeGreaterThanOrEqual(0);
        expect(range.decades).toBeLessThanOrEqual(4 + 1e-12);
        expect(range.low).toBeLessThanOrEqual(range.best * (1 + 1e-12));
        expect(range.high).toBeGreaterThanOrEqual(range.best * (1 - 1e-12));
        const halved = learningRateRange(sweepOf(...values.map((value) => value / 2)));
        expect(halved?.decades).toBeCloseTo(range.decades, 9);
      }),
      { seed: 1 },
    );
  });
});

describe('the mean sweep', () => {
  it('is the mean at each learning rate, and no number where one of them diverged', () => {
    const mean = meanSweep([sweepOf(0.2, 0.4, Number.NaN), sweepOf(0.4, 0.6, 0.9)]);
    expect(mean.map(({ accuracy }) => accuracy)).toEqual([expect.closeTo(0.3, 12), 0.5, Number.NaN]);
    expect(mean.map(({ learningRate }) => learningRate)).toEqual(GRID.slice(0, 3));
    expect(meanSweep([])).toEqual([]);
  });
});
