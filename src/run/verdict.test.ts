import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeaderboardRow } from './leaderboard.ts';
import { verdictOf } from './verdict.ts';

/** What a row is tested to have, best first where several are given. */
interface Made {
  readonly reference?: boolean;
  readonly rewards?: readonly number[];
  readonly diverged?: number;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

const rowsOf = (made: readonly Made[]): readonly LeaderboardRow[] =>
  made.map(({ reference = false, rewards, diverged = 0 }, i) => ({
    rank: i + 1,
    rule: `${i}`,
    key: `${i}`,
    names: [],
    reference,
    reward: 0.5,
    status: 'ok',
    learningRate: 0.1,
    edgeOfGrid: false,
    proposals: reference ? 0 : 1,
    index: reference ? -1 : i,
    ...(rewards && { retest: { rewards, mean: meanOf(rewards), diverged } }),
  }));

const findingOf = (made: readonly Made[], seeds = 3, finished = true) =>
  verdictOf(rowsOf(made), { seeds, finished }).finding;

const around = (centre: number, seeds: number, step = 0.001): readonly number[] =>
  Array.from({ length: seeds }, (_, i) => centre + step * (i % 3));

const adam = { reference: true, rewards: [0.9, 0.9, 0.9] };

describe('the verdict of a run', () => {
  it('is equal where the rewards are the same in another order, whatever rounding makes of their means', () => {
    const [one, other] = [
      [0.1, 0.2, 0.3],
      [0.3, 0.2, 0.1],
    ] as const;
    expect(meanOf(one)).not.toBe(meanOf(other));
    expect(findingOf([{ rewards: one }, { rewards: other, reference: true }])).toBe('equal');
    expect(findingOf([{ rewards: other, reference: true }, { rewards: one }])).toBe('equal');
    expect(findingOf([{ rewards: [0.1, 0.2, 0.3002] }, { rewards: other, reference: true }])).toBe('above');
  });

  it.each([
    ['before the run is over', 'undecided', [{ rewards: [0.95, 0.95, 0.95] }, adam], 3, false],
    ['without retests', 'untested', [{}, { reference: true }], 3, true],
    ['without a found rule among the retests', 'untested', [adam, {}], 3, true],
    ['without a tested reference', 'untested', [{ rewards: [0.9] }, { reference: true }], 1, true],
    ['without rules', 'untested', [], 3, true],
    ['without references', 'no-references', [{ rewards: [0.9, 0.9, 0.9] }], 3, true],
    ['where all diverged', 'diverged', [{ rewards: [0.1], diverged: 1 }], 1, true],
    [
      'where all found rules diverged',
      'diverged',
      [adam, { rewards: [0.1, 0.1, 0.1], diverged: 3 }],
      3,
      true,
    ],
    [
      'where all references diverged',
      'diverged',
      [{ rewards: [0.9, 0.9, 0.9] }, { reference: true, rewards: [0.1, 0.1, 0.1], diverged: 3 }],
      3,
      true,
    ],
    ['where the best is lower', 'below', [adam, { rewards: [0.8, 0.9, 0.9] }], 3, true],
    ['of a tie', 'equal', [{ rewards: [0.9, 0.9, 0.9] }, adam], 3, true],
    ['of three seeds', 'above', [{ rewards: [0.95, 0.95, 0.95] }, adam], 3, true],
    ['of one seed', 'above', [{ rewards: [0.95] }, { reference: true, rewards: [0.9] }], 1, true],
    ['where a pair is missing', 'above', [{ rewards: [0.95, 0.95] }, adam], 3, true],
  ] as const)('%s is %s', (_, finding, made, seeds, finished) =>
    expect(findingOf(made, seeds, finished)).toBe(finding),
  );

  it('is better only where the seeds show it, after a correction for every rule that was tested', () => {
    const reference = { reference: true, rewards: around(0.8, 6) };
    const one = [{ rewards: around(0.9, 6, 0.002) }, reference];
    expect(verdictOf(rowsOf(one), { seeds: 6, finished: true })).toMatchObject({
      finding: 'better',
      difference: expect.closeTo(0.101, 9),
      rules: 1,
      p: 1 / 32,
    });
    // The best of two has two chances to be lucky: 2/32 is not enough.
    const two = [{ rewards: around(0.9, 6, 0.002) }, reference, { rewards: around(0.7, 6) }];
    expect(verdictOf(rowsOf(two), { seeds: 6, finished: true })).toMatchObject({
      finding: 'above',
      p: 2 / 32,
    });
    expect(
      findingOf([{ rewards: around(0.9, 10, 0.002) }, { reference: true, rewards: around(0.8, 10) }], 10),
    ).toBe('better');
  });

  it('compares the best with the best, by name', () => {
    const made = [adam, { rewards: [0.85, 0.85, 0.85] }, { reference: true, rewards: [0.8, 0.8, 0.8] }];
    expect(verdictOf(rowsOf(made), { seeds: 3, finished: true })).toMatchObject({
      found: { rank: 2 },
      reference: { rank: 1 },
      difference: expect.closeTo(-0.05, 9),
    });
  });

  it('takes no found rule for one that behaves as a reference', () => {
    const [near, ...others] = rowsOf([
      { rewards: [0.95, 0.95, 0.95] },
      adam,
      { rewards: [0.8, 0.8, 0.8] },
    ]) as [LeaderboardRow, ...LeaderboardRow[]];
    const rows = [{ ...near, like: { name: 'adam', distance: 0.01 } }, ...others];
    expect(verdictOf(rows, { seeds: 3, finished: true })).toMatchObject({
      finding: 'below',
      found: { rank: 3 },
      rules: 1,
    });
  });

  it('does not let a rule beat the references that ranks below them, as it diverged with a seed', () => {
    const lucky = { rewards: [0.99, 0.99, 0.95], diverged: 1 };
    expect(findingOf([adam, lucky])).toBe('below');
    expect(findingOf([lucky, adam])).toBe('above');
  });

  const reward = fc.double({ min: 0, max: 1, noNaN: true });
  const row = (seeds: number) =>
    fc.record({
      reference: fc.boolean(),
      rewards: fc.option(fc.array(reward, { minLength: 1, maxLength: seeds }), { nil: undefined }),
      diverged: fc.constantFrom(0, 0, 0, 1),
    });
  const leaderboards = fc
    .integer({ min: 1, max: 10 })
    .chain((seeds) => fc.record({ seeds: fc.constant(seeds), rows: fc.array(row(seeds), { maxLength: 8 }) }));

  it('never says of any leaderboard what its figures do not', () => {
    fc.assert(
      fc.property(leaderboards, ({ seeds, rows: made }) => {
        const sorted = [...made].sort((a, b) => meanOf(b.rewards ?? [-1]) - meanOf(a.rewards ?? [-1]));
        const rows = rowsOf(sorted.map(({ rewards, ...more }) => (rewards ? { ...more, rewards } : more)));
        const { finding, found, reference, difference, p } = verdictOf(rows, { seeds, finished: true });
        if (finding === 'above' || finding === 'better') expect(difference).toBeGreaterThan(0);
        if (finding === 'below') expect(difference).toBeLessThan(0);
        if (finding === 'equal') expect(difference).toBe(0);
        if (finding === 'better') {
          expect(seeds).toBeGreaterThanOrEqual(6);
          expect(p).toBeLessThanOrEqual(0.05);
          expect([found?.retest.rewards.length, reference?.retest.rewards.length]).toEqual([seeds, seeds]);
        }
        expect(found?.reference ?? false).toBe(false);
        expect(reference?.reference ?? true).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
