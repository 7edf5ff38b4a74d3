import { join } from 'node:path';
import { expect } from 'vitest';

// What the native engine compiles is kept from one run of the tests to the next, and not in the cache of whoever runs them.
process.env.XDG_CACHE_HOME = join(import.meta.dirname, '../node_modules/.cache/tests');

interface Tolerance {
  /** Relative to |expected|. */
  readonly rtol?: number;
  /** Absolute. */
  readonly atol?: number;
}

declare module 'vitest' {
  interface Matchers<T> {
    /** |received − expected| ≤ atol + rtol·|expected| for every element; equal non-finite values agree. */
    toBeAllclose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}

expect.extend({
  toBeAllclose(
    received: ArrayLike<number>,
    expected: ArrayLike<number>,
    { rtol = 1e-5, atol = 1e-8 }: Tolerance = {},
  ) {
    if (received.length !== expected.length) {
      return { pass: false, message: () => `expected ${expected.length} numbers, got ${received.length}` };
    }
    let worst = -1;
    let worstExcess = 0;
    for (let i = 0; i < expected.length; i++) {
      const a = received[i] as number;
      const b = expected[i] as number;
      if (Object.is(a, b) || a === b) continue;
      const excess = Math.abs(a - b) - (atol + rtol * Math.abs(b));
      if (!(excess <= 0) && (worst < 0 || excess > worstExcess || Number.isNaN(excess))) {
        worst = i;
        worstExcess = excess;
      }
    }
    return {
      pass: worst < 0,
      message: () =>
        worst < 0
          ? `expected the numbers not to be close (rtol ${rtol}, atol ${atol})`
          : `element ${worst}: expected ${expected[worst]}, got ${received[worst]} (rtol ${rtol}, atol ${atol})`,
    };
  },
});
