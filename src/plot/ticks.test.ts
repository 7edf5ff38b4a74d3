import { describe, expect, it } from 'vitest';
import { logTicks, tickText } from './ticks.ts';

describe('logTicks', () => {
  it('are powers of ten, with steps where there are many', () => {
    expect(logTicks(1e-5, 10)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]);
    expect(logTicks(2e-17, 100)).toEqual([1e-16, 1e-13, 1e-10, 1e-7, 1e-4, 0.1, 100]);
  });

  it('are ones, twos and fives within a power or two', () => {
    expect(logTicks(0.3, 4)).toEqual([0.5, 1, 2]);
    expect(logTicks(3, 3)).toEqual([]);
  });
});

describe('tickText', () => {
  it.each([
    [0, '0'],
    [0.1 + 0.2, '0.3'],
    [45_000, '45,000'],
    [-0.25, '-0.25'],
    [0.001, '0.001'],
    [2e-5, '2×10⁻⁵'],
    [800_000, '800,000'],
    [-8e6, '-8×10⁶'],
    [1e9, '10⁹'],
  ])('of %d is %s', (value, text) => {
    expect(tickText(value)).toBe(text);
  });
});
