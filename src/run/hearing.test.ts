import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { places, worstForLost } from './hearing.ts';

const LOST = Number.NEGATIVE_INFINITY;
const reward = () => fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(LOST));
const batches = fc.array(fc.array(reward(), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 });

describe.each([
  ['as they are', worstForLost],
  ['by their places in the run', places],
])('rewards that are told %s', (_, told) => {
  it('are finite, and never say that a lost training is better than one that finished', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const tell = told([]);
        for (const batch of all) {
          const heard = tell(batch);
          expect(heard.every(Number.isFinite)).toBe(true);
          for (const [i, a] of batch.entries()) {
            for (const [j, b] of batch.entries()) {
              if (a > b && b !== LOST) expect(heard[i]).toBeGreaterThan(heard[j]!);
              if (a > b) expect(heard[i]).toBeGreaterThanOrEqual(heard[j]!);
              if (a === b) expect(heard[i] === heard[j]).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('are the same for a run that goes on after it was stopped', () => {
    fc.assert(
      fc.property(batches, fc.nat(), (all, at) => {
        const stop = at % all.length;
        const whole = told([]);
        const heard = all.map((batch) => whole(batch));
        const resumed = told(all.slice(0, stop).flat());
        expect(all.slice(stop).map((batch) => resumed(batch))).toEqual(heard.slice(stop));
      }),
    );
  });
});

describe('places in the run', () => {
  it('do not depend on units', () => {
    const scores = [3, 0.5, 88, 0.5, 1e9];
    const [plain, scaled, logs] = [scores, scores.map((x) => 1e6 * x - 7), scores.map(Math.log)].map((one) =>
      places([])(one.map((score) => -score)),
    );
    expect(scaled).toEqual(plain);
    expect(logs).toEqual(plain);
  });

  it('are shares of the rewards that are worse, of equals half', () => {
    expect(places([])([-3, -1, -2, LOST])).toEqual([0.375, 0.875, 0.625, 0]);
    expect(places([1, 2, 3])([4])).toEqual([0.875]);
  });
});
