import type { LeaderboardRow } from '../../run/index.ts';
import type { Command } from '../command.ts';
import { withStore } from '../store.ts';
import { leaderboardText } from '../text/leaderboard.ts';

/** Rows where `-n` does not say: all that were tested again, as these come first, and some more. */
export const DEFAULT_ROWS = 15;

export const topCommand: Command = {
  name: 'top',
  summary: 'the leaderboard of a run',
  arguments: '<run>',
  options: ['number', 'store'],
  example: 'nos top quick-1\nnos top quick-1 -n 30',
  async run({ arguments: [run = ''], settings, places, stdout }) {
    const { readLeaderboard } = await import('../../run/index.ts');
    const rows = await withStore(places, (store) => readLeaderboard(store, run));
    const shown = rows.slice(0, settings.number ?? DEFAULT_ROWS);
    return { document: { run, rules: shown.map(documentOf) }, text: await leaderboardText(shown, stdout) };
  },
};

/** `evaluations` counts the search's own, which equal proposals share, and the retests. */
export function documentOf(row: LeaderboardRow) {
  return { ...row, evaluations: 1 + (row.retest?.rewards.length ?? 0) };
}
