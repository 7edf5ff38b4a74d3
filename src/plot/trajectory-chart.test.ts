import { describe, expect, it } from 'vitest';
import { heightOver, levelsWithin, type PlaneFunction } from './trajectory-chart.ts';

describe('the contours of a landscape', () => {
  const rosenbrock: PlaneFunction = {
    value: ([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2,
    least: 0,
    minima: [[1, 1]],
    start: [-1, 1],
    bounds: [
      [-2, 2],
      [-1, 3],
    ],
  };
  const height = heightOver(rosenbrock);

  it('are where the value above the least is their power of ten', () => {
    for (const level of levelsWithin(height, rosenbrock.bounds)) {
      // The value at x = 1 is 100 (y − 1)².
      expect(height(1, 1 + Math.sqrt(10 ** level / 100))).toBeCloseTo(level, 12);
    }
  });

  it('are two per factor of ten, the lowest above the ground', () => {
    const [lowest, second] = levelsWithin(height, rosenbrock.bounds);
    expect([lowest, second]).toEqual([-1.5, -1]);
    expect(height(1, 1)).toBe(-2);
  });
});
