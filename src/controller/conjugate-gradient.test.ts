import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { conjugateGradient } from './conjugate-gradient.ts';
import { norm } from './vectors.ts';

/** Mᵀ·M + 1: symmetric, positive definite, and of no special form. */
function randomSystem(size: number, seed: number) {
  const random = stream(seed);
  const m = Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal()));
  const a = m.map((_, i) =>
    m.map((_, j) => m.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? 1 : 0)),
  );
  const times = (v: Float32Array): Float32Array =>
    Float32Array.from(a, (row) => row.reduce((sum, x, j) => sum + x * v[j]!, 0));
  return { times, x: Float32Array.from({ length: size }, () => random.normal()) };
}

describe('conjugateGradient', () => {
  it('solves random systems, and knows how well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(9999), async (size, seed) => {
        const { times, x } = randomSystem(size, seed);
        const b = times(x);
        const found = await conjugateGradient(async (v) => times(v), b, { iterations: 60, tolerance: 1e-6 });
        expect(found.residual).toBeLessThanOrEqual(1e-6);
        expect(found.x).toBeAllclose(x, { atol: 2e-4 * (1 + norm(x)) });
        const left = times(found.x).map((value, i) => b[i]! - value);
        expect(norm(left) / norm(b)).toBeLessThan(1e-5);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('needs one iteration for each different eigenvalue', async () => {
    const diagonal = [1, 1, 4, 4, 4, 9];
    const times = async (v: Float32Array) => v.map((value, i) => diagonal[i]! * value);
    const b = Float32Array.of(1, 2, 3, 4, 5, 6);
    const found = await conjugateGradient(times, b, { iterations: 10, tolerance: 1e-5 });
    expect(found.iterations).toBe(3);
    expect(found.x).toBeAllclose(b.map((value, i) => value / diagonal[i]!));
  });

  it('stops where it is told to, with the residual it has', async () => {
    const { times, x } = randomSystem(8, 5);
    const b = times(x);
    const found = await conjugateGradient(async (v) => times(v), b, { iterations: 2, tolerance: 0 });
    expect(found.iterations).toBe(2);
    const left = times(found.x).map((value, i) => b[i]! - value);
    expect(found.residual).toBeCloseTo(norm(left) / norm(b), 5);
    expect(found.residual).toBeGreaterThan(1e-3);
  });

  it('answers 0 with 0', async () => {
    const found = await conjugateGradient(async (v) => v, new Float32Array(3), {
      iterations: 5,
      tolerance: 0,
    });
    expect(found).toEqual({ x: new Float32Array(3), residual: 0, iterations: 0 });
  });
});
