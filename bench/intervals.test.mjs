import { describe, expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { blockedDifference, meanInterval } from '../src/statistics/index.ts';
import { coverage, KINDS, serialCoverage } from './intervals.mjs';

describe('the interval of a mean', () => {
  // Four standard errors of 4,000 experiments are 0.014.
  it.each([3, 4, 5, 6, 7, 8, 10, 12])('holds its level on %i normal values', (size) => {
    const { held, given } = coverage(meanInterval, KINDS.normal, size, 4_000, stream(2, 'normal', size));
    expect(given).toBe(1);
    expect(held).toBeGreaterThan(0.93);
    expect(held).toBeLessThan(0.975);
  });

  it('holds its level on 20 normal values', () => {
    const { held } = coverage(meanInterval, KINDS.normal, 20, 400, stream(2, 'normal'));
    // Four standard errors of 400 are 0.044: the interval is the same as with fewer values.
    expect(Math.abs(held - 0.95)).toBeLessThan(0.044);
  });

  it.each(Object.keys(KINDS))('holds what docs/compare.md says of it: %s', (kind) => {
    for (const [size, least] of [
      [3, 0.8],
      [5, 0.78],
      [10, 0.8],
    ]) {
      expect(coverage(meanInterval, KINDS[kind], size, 1_000, stream(2, kind, size)).held).toBeGreaterThan(
        least,
      );
    }
  });
});

describe('the interval of a difference between stretches of a series', () => {
  it.each([0, 0.3, 0.6])('holds its level where neighbours correlate by %f', (rho) => {
    for (const size of [50, 66, 100]) {
      const { held, given } = serialCoverage(
        blockedDifference,
        rho,
        size,
        2_000,
        stream(2, 'serial', rho, size),
      );
      expect(given).toBe(1);
      expect(held).toBeGreaterThan(0.92);
      expect(held).toBeLessThan(0.975);
    }
  });
});
