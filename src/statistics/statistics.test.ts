import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import recorded from '../../test/fixtures/scipy-statistics.json' with { type: 'json' };
import { mean, median, movingAverage, quantile } from './index.ts';

const anyValues = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('mean, quantile, moving average', () => {
  it.each(recorded.summaries)('agree with NumPy on $values.length values', (summary) => {
    const { values, window } = summary;
    expect([mean(values), median(values)]).toBeAllclose([summary.mean, summary.median], { rtol: 1e-14 });
    expect(recorded.probabilities.map((p) => quantile(values, p))).toBeAllclose(summary.quantiles, {
      rtol: 1e-14,
    });
    expect(movingAverage(values, window)).toBeAllclose(summary.movingAverage, { rtol: 1e-14 });
  });

  it('keep the order of quantiles, and the values they were given', () => {
    fc.assert(
      fc.property(anyValues, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const before = [...values];
        expect(quantile(values, p)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(quantile(values, p)).toBeLessThanOrEqual(Math.max(...values));
        expect(quantile(values, p)).toBeLessThanOrEqual(quantile(values, 1));
        expect(values).toEqual(before);
      }),
      { seed: 1 },
    );
  });

  it('average one window: the mean', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        expect(movingAverage(values, values.length)).toEqual([mean(values)]);
        expect(movingAverage(values, 1)).toEqual(values);
      }),
      { seed: 1 },
    );
  });

  it('refuse what has no answer', () => {
    expect(() => mean([])).toThrow(RangeError);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => quantile([1], 1.01)).toThrow(/p from 0 to 1, got 1.01/);
    expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/NaN/);
    expect(() => movingAverage([1, 2], 3)).toThrow(/window from 1 to 2, got 3/);
    expect(() => movingAverage([1, 2], 0)).toThrow(RangeError);
  });
});
