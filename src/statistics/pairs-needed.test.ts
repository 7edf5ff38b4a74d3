import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { chiSquareQuantile, deviationLimit } from './deviation-limit.ts';
import { mean } from './index.ts';
import { pairedPermutation } from './paired-tests.ts';
import { pairsNeeded } from './pairs-needed.ts';
import { sampleVariance } from './summary.ts';

describe('pairsNeeded', () => {
  // What R's power.t.test(…, power = 0.8, type = 'paired') and G*Power say, rounded up.
  it.each([
    [1, 10],
    [0.5, 34],
    [0.8, 15],
    [0.3, 90],
    [0.25, 128],
    [0.2, 199],
    [0.1, 787],
  ])('is what others say for a difference of %s deviations', (difference, pairs) => {
    expect(pairsNeeded(difference, 1)).toBe(pairs);
  });

  it('depends on the ratio alone, and is never below six', () => {
    expect(pairsNeeded(0.005, 0.01)).toBe(34);
    expect(pairsNeeded(5, 1)).toBe(6);
    expect(pairsNeeded(0.01, 0)).toBe(6);
    expect(pairsNeeded(1.7, 1)).toBe(7);
  });

  it.each([0.85, 1, 1.4, 1.79])(
    'gives the permutation test its power: a difference of %s deviations',
    (difference) => {
      const random = stream(1, 'pairs-needed', Math.round(difference * 100));
      const power = (pairs: number): number => {
        const tests = Array.from({ length: 1_500 }, () =>
          pairedPermutation(Array.from({ length: pairs }, () => difference + random.normal())),
        );
        return mean(tests.map((p) => Number(p <= 0.05)));
      };
      const pairs = pairsNeeded(difference, 1);
      expect(power(pairs)).toBeGreaterThan(0.76);
      expect(power(pairs - 2)).toBeLessThan(0.8);
    },
  );

  it('refuses what is no difference', () => {
    for (const bad of [0, -1, Number.NaN]) expect(() => pairsNeeded(bad, 1)).toThrow(RangeError);
    expect(() => pairsNeeded(1, -1)).toThrow(RangeError);
  });
});

describe('deviationLimit', () => {
  // Tables of the distribution, such as Abramowitz and Stegun's 26.8.
  it.each([
    [0.1, 1, 0.01579],
    [0.1, 2, 0.21072],
    [0.1, 9, 4.16816],
    [0.5, 10, 9.34182],
    [0.95, 5, 11.0705],
    [0.9, 100, 118.498],
  ])('rests on the quantile at %s for %s degrees of freedom', (probability, degrees, value) => {
    expect(chiSquareQuantile(probability, degrees) / value).toBeCloseTo(1, 4);
  });

  it('holds the true deviation as often as it says', () => {
    const random = stream(1, 'deviation-limit');
    const limits = Array.from({ length: 4_000 }, () => {
      const values = Array.from({ length: 3 }, () => random.normal());
      return deviationLimit(Math.sqrt(sampleVariance(values)), 2, 0.9);
    });
    expect(mean(limits.map((limit) => Number(limit >= 1)))).toBeCloseTo(0.9, 1);
  });

  it('refuses parameters out of bounds', () => {
    for (const [p, k] of [
      [0, 1],
      [1, 1],
      [0.5, 0],
      [0.5, 1.5],
    ] as const)
      expect(() => chiSquareQuantile(p, k)).toThrow(RangeError);
  });
});
