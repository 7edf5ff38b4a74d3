import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import recorded from '../../test/fixtures/scipy-statistics.json' with { type: 'json' };
import { stream } from '../random/index.ts';
import { bootstrapInterval, mean, median, movingAverage, quantile } from './index.ts';

const anyValues = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

/** What test/fixtures/make_scipy_statistics.py calls them. */
const statisticOf = (name: string) => (samples: readonly (readonly number[])[]) => {
  const [a = [], b = []] = samples;
  if (name === 'mean') return mean(a);
  return name === 'median' ? median(a) : mean(a) - mean(b);
};

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

describe('bootstrapInterval', () => {
  it.each(recorded.bootstraps)('agrees with SciPy on the $statistic at $level', (bootstrap) => {
    const { samples, statistic, level } = bootstrap;
    const found = bootstrapInterval(samples, statisticOf(statistic), { seed: 1, level });
    // Five standard errors of an end of the interval; the median takes few values, so that its ends may not vary at all.
    const atol = 5 * Math.max(...bootstrap.standardError);
    expect([found.low, found.high]).toBeAllclose([bootstrap.low, bootstrap.high], { rtol: 0, atol });
  });

  it('is the interval of all possible draws, where these can be counted', () => {
    const [a, b, c] = [1, 2, 4];
    const all = [a, b, c].flatMap((x) => [a, b, c].flatMap((y) => [a, b, c].map((z) => mean([x, y, z]))));
    const found = bootstrapInterval([[a, b, c]], ([x]) => mean(x), { seed: 3, level: 0.8 });
    expect(found).toEqual({ low: quantile(all, 0.1), high: quantile(all, 0.9) });
  });

  it('covers the true mean about as often as it says', () => {
    const experiments = 400;
    const random = stream(5, 'experiments');
    let covered = 0;
    for (let seed = 0; seed < experiments; seed++) {
      const sample = Array.from({ length: 40 }, () => 2 + random.normal());
      const { low, high } = bootstrapInterval([sample], ([x]) => mean(x), {
        seed,
        resamples: 500,
        level: 0.9,
      });
      if (low <= 2 && 2 <= high) covered++;
    }
    // Four standard errors of 400 coin throws are 0.06; the bootstrap of 40 values covers about 0.01 less than it says.
    expect(Math.abs(covered / experiments - 0.89)).toBeLessThan(0.06);
  });

  it('repeats itself under a seed, and varies with it', () => {
    const interval = (seed: number) =>
      bootstrapInterval([[1, 5, 2, 8, 3]], ([x]) => mean(x), { seed, resamples: 50 });
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(2));
  });

  it('refuses what has no answer', () => {
    const statistic = () => 0;
    expect(() => bootstrapInterval([], statistic, { seed: 1 })).toThrow(RangeError);
    expect(() => bootstrapInterval([[1], []], statistic, { seed: 1 })).toThrow(/none empty/);
    expect(() => bootstrapInterval([[1]], statistic, { seed: 1, level: 1 })).toThrow(
      /between 0 and 1, got 1/,
    );
    expect(() => bootstrapInterval([[1]], statistic, { seed: 1, resamples: 0 })).toThrow(/got 0/);
    expect(() => bootstrapInterval([[1]], () => Number.NaN, { seed: 1, resamples: 9 })).toThrow(/NaN/);
  });
});
