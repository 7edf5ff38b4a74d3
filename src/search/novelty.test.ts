import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextEntropyFactor } from './novelty.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const factor = fc.double({ min: 1, max: 1e4, noNaN: true });

describe('nextEntropyFactor', () => {
  it('stays 1 where no novelty is asked for', () => {
    fc.assert(
      fc.property(share, (newShare) => nextEntropyFactor(1, newShare, 0) === 1),
      { seed: 1 },
    );
  });

  it('rises while too few rules are new, falls while enough are, and stays in its bounds', () => {
    fc.assert(
      fc.property(factor, share, share, (before, newShare, novelty) => {
        const after = nextEntropyFactor(before, newShare, novelty);
        expect(after).toBeGreaterThanOrEqual(1);
        expect(after).toBeLessThanOrEqual(1e4);
        if (newShare < novelty) expect(after).toBeGreaterThanOrEqual(before);
        if (newShare > novelty) expect(after).toBeLessThanOrEqual(before);
      }),
      { seed: 1 },
    );
  });

  it('rises twentyfold in the time of some fifty rules where nothing is new', () => {
    let found = 1;
    for (let batch = 0; batch < 25; batch++) found = nextEntropyFactor(found, 0, 0.25);
    expect(found).toBeCloseTo(Math.exp(0.5 * 0.25 * 25), 6);
  });
});
