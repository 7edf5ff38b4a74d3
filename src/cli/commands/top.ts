import type { LeaderboardRow } from '../../run/index.ts';
import type { Command } from '../command.ts';
import { withStore } from '../store.ts';
import { leaderboardText } from '../text/leaderboard.ts';

/** Rows where `-n` does not say. */
export const DEFAULT_ROWS = 10;

export const topCommand: Command = {
  name: 'top',
  summary: 'the leaderboard of a run',
  arguments: '<run>',
  options: ['number', 'store'],
  example: 'nos top quick-1\nnos top quick-1 -n 30',
  async run({ arguments: [run = ''], settings, places, stdout }) {
    const { readLeaderboard } = await import('../../run/index.ts');
    const rows = await withStore(places, (store) => readLeaderboard(store, run));
    const shown = topRows(rows, settings.number);
    return { document: { run, rules: shown.map(documentOf) }, text: await leaderboardText(shown, stdout) };
  },
};

/** The first `count` rows; where nobody says how many, the first ten and all that were tested again. */
export function topRows(rows: readonly LeaderboardRow[], count?: number): readonly LeaderboardRow[] {
  if (count !== undefined) return rows.slice(0, count);
  return rows.filter((row, i) => i < DEFAULT_ROWS || row.reference || row.retest !== undefined);
}

/** `evaluations` counts the search's own, which equal proposals share, and the retests. */
export function documentOf(row: LeaderboardRow) {
  return { ...row, evaluations: 1 + (row.retest?.rewards.length ?? 0) };
}
