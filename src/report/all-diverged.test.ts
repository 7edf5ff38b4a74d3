import { describe, expect, it } from 'vitest';
import type { LeaderboardRow } from '../run/index.ts';
import { allDivergedTexts, divergedReferences, remarksOf } from './all-diverged.ts';
import { leaderboardText } from './leaderboard.ts';

const row = (rule: string, more: Partial<LeaderboardRow> = {}): LeaderboardRow => ({
  rank: 1,
  rule,
  key: rule,
  names: [rule],
  reference: true,
  reward: 0.1,
  status: 'diverged',
  learningRate: Number.NaN,
  edgeOfGrid: false,
  proposals: 0,
  index: -1,
  ...more,
});
const retest = (rewards: readonly number[], diverged: number) => ({
  retest: { rewards, mean: 0.1, diverged },
});

describe('where every reference rule diverged', () => {
  it('it is said, with what to type', () => {
    const rows = [
      row('sgd'),
      row('adam', retest([0.1, 0.1], 2)),
      row('m', { reference: false, status: 'ok' }),
    ];
    const all = divergedReferences(rows, '/home/me/my task.mjs#0123456789ab');
    const sentence =
      "All 2 reference rules diverged on /home/me/my task.mjs#0123456789ab: the task's loss or its learning rates are the likely cause.";
    expect(remarksOf(all)).toEqual({ remarks: [sentence] });
    const [text = ''] = allDivergedTexts(all, (line) => `bin/${line}`);
    const [first, second] = text.split('\n');
    expect(first).toBe(sentence);
    expect(second).toContain("bin/nos eval sgd --task '/home/me/my task.mjs' --protocol final@1=1e-6");
    expect(remarksOf(divergedReferences([row('adam')], 'x')).remarks?.[0]).toMatch(
      /^The only reference rule diverged/,
    );
  });

  it('and nothing where one finished, failed, or finished with a fresh seed, nor where there is none', () => {
    for (const other of [
      row('sgd', { status: 'ok' }),
      row('sgd', { status: 'failed' }),
      row('sgd', retest([0.1, 0.5], 1)),
    ]) {
      expect(divergedReferences([row('adam'), other], 'x')).toEqual([]);
    }
    expect(divergedReferences([], 'x')).toEqual([]);
    expect(remarksOf([])).toEqual({});
  });
});

describe('the leaderboard as text', () => {
  it('has those that diverged with every fresh seed below all that finished', async () => {
    const rows = [
      row('g', { status: 'ok', reward: 0.05, ...retest([0.05, 0.04], 0) }),
      row('m', { status: 'ok', reward: 0.03 }),
      row('v', retest([0.1, 0.1], 2)),
    ];
    const plain = (text: string) => text;
    const colours = new Proxy({}, { get: () => plain }) as never;
    const lines = (await leaderboardText(rows, { columns: 200, colours, interactive: false })).split('\n');
    expect(lines.slice(1, 6).map((line) => /──.*──|[gmv]\b/.exec(line)?.[0])).toEqual([
      'g',
      '── not tested with fresh seeds ──',
      'm',
      '── diverged with every fresh seed ──',
      'v',
    ]);
  });
});
