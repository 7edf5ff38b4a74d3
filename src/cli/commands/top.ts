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
    const { parseRunConfig, readLeaderboard } = await import('../../run/index.ts');
    const { record, rows } = await withStore(places, async (store) => ({
      record: await store.run(run),
      rows: await readLeaderboard(store, run),
    }));
    const { environment } = parseRunConfig(record.config);
    const shown = rows.slice(0, settings.number ?? DEFAULT_ROWS);
    const rules = shown.map(documentOf);
    const text = await leaderboardText(shown, stdout);
    if (environment === 'none') return { document: { run, rules }, text };
    const where = stdout.colours.dim(`all of them in environment ${environment}`);
    return { document: { run, environment, rules }, text: `${text}\n${where}` };
  },
};

/** `evaluations` counts the search's own, which equal proposals share, and the retests. */
export function documentOf(row: LeaderboardRow) {
  return { ...row, evaluations: 1 + (row.retest?.rewards.length ?? 0) };
}
