import { describe, expect, it } from 'vitest';
import { relativeRegret } from './relative-regret.ts';
import type { TrialResult } from './trial.ts';

/** A search of these regrets after 100 and 300 proposals. */
const trial = (at100: number, at300: number): TrialResult => ({
  standings: [
    { samples: 10, regret: 1, proposalRegret: 1, distinctShare: 1 },
    { samples: 100, regret: at100, proposalRegret: 1, distinctShare: 1 },
    { samples: 300, regret: at300, proposalRegret: 1, distinctShare: 1 },
  ],
  samplesToTop: null,
});

describe('relative regret', () => {
  const yardstick = [
    [trial(0.5, 0.3), trial(0.298, 0.098)],
    [trial(0.019, 0.009), trial(0.019, 0.009)],
  ];
  const own = [
    [trial(0.1, 0.2), trial(0.298, 0), trial(0.199, 0.097)],
    [trial(0.039, 0), trial(0.039, 0)],
  ];

  it('is the mean, over conditions and budgets, of what is left of the yardstick’s mean regret', () => {
    // By hand, each mean regret plus 0.001, e. g. (0.1 + 0.298 + 0.199) ÷ 3 + 0.001 = 0.2 of 0.399 + 0.001 = 0.4;
    // then 0.1 of 0.2, and under the second condition 0.04 of 0.02 and 0.001 of 0.01.
    expect(relativeRegret(own, yardstick, [100, 300])).toBeCloseTo((0.5 + 0.5 + 2 + 0.1) / 4, 12);
    expect(relativeRegret(own, yardstick, [100])).toBeCloseTo((0.5 + 2) / 2, 12);
    expect(relativeRegret(own.slice(1), yardstick.slice(1), [300])).toBeCloseTo(0.1, 12);
  });

  it('of the yardstick is 1', () => {
    expect(relativeRegret(yardstick, yardstick, [100, 300])).toBe(1);
  });

  it('is finite where the yardstick has found the optimum', () => {
    expect(relativeRegret([[trial(0, 0.004)]], [[trial(0, 0)]], [100])).toBe(1);
    expect(relativeRegret([[trial(0, 0.004)]], [[trial(0, 0)]], [300])).toBeCloseTo(5, 12);
  });
});
