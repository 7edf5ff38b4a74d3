import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fisherGreater } from './index.ts';

describe("Fisher's exact test", () => {
  // scipy.stats.fisher_exact(table, alternative='greater') of SciPy 1.17.1: with and without, of each.
  it.each([
    [[3, 1], [1, 3], 0.24285714285714283],
    [[20, 0], [0, 80], 1.8657295267325187e-21],
    [[7, 93], [120, 9780], 0.00027162546760617855],
    [[0, 5], [3, 2], 1],
    [[60, 340], [900, 8700], 0.00029000475824206664],
  ] as const)('agrees with SciPy on %j, %j', ([a, b], [c, d], expected) => {
    const p = fisherGreater({ count: a, of: a + b }, { count: c, of: c + d });
    expect([p]).toBeAllclose([expected], { rtol: 1e-8 });
  });

  it('is a probability, and smaller for a higher share', () => {
    const counted = fc
      .integer({ min: 1, max: 40 })
      .chain((of) => fc.record({ count: fc.integer({ min: 0, max: of }), of: fc.constant(of) }));
    fc.assert(
      fc.property(counted, counted, (one, other) => {
        const p = fisherGreater(one, other);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        if (one.count === 0) expect(p).toBeCloseTo(1, 9);
        else
          expect(
            fisherGreater(
              { ...one, count: one.count - 1 },
              { ...other, count: Math.min(other.count + 1, other.of) },
            ),
          ).toBeGreaterThanOrEqual(p - 1e-12);
      }),
      { seed: 1 },
    );
  });

  it('refuses what cannot be', () => {
    expect(() => fisherGreater({ count: 3, of: 2 }, { count: 0, of: 1 })).toThrow(RangeError);
  });
});
