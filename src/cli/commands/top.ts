import {
  compareCommandText,
  leaderboardText,
  shortRules,
  verdictDocument,
  verdictText,
} from '../../report/index.ts';
import type { LeaderboardRow } from '../../run/index.ts';
import type { Command } from '../command.ts';
import { withStore } from '../store.ts';

/** Rows where `-n` does not say: all that were tested again, as these come first, and some more. */
export const DEFAULT_ROWS = 15;

export const topCommand: Command = {
  name: 'top',
  summary: 'the leaderboard of a run',
  arguments: '<run>',
  options: ['number', 'all', 'store'],
  example: 'nos top quick-1\nnos top quick-1 -n 30\nnos top quick-1 --all',
  async run({ arguments: [run = ''], settings, places, stdout, call }) {
    const { foldCopies, parseRunConfig, readLeaderboard, verdictOf } = await import('../../run/index.ts');
    const { record, rows } = await withStore(places, async (store) => ({
      record: await store.run(run),
      rows: await readLeaderboard(store, run),
    }));
    const config = parseRunConfig(record.config);
    const { environment, retest } = config;
    const within = environment === 'none' ? {} : { environment };
    const { all, number = DEFAULT_ROWS } = settings;
    const folded = foldCopies(rows, Math.max(number, DEFAULT_ROWS));
    const shown = (all ? rows : folded).slice(0, number);
    const rules = shown.map(documentOf);
    const short = await shortRules();
    const verdict = verdictOf(folded, { seeds: retest.seeds, finished: record.status === 'finished' });
    const compare = compareCommandText(verdict, config, short);
    const text = [
      await leaderboardText(shown, stdout),
      ...(environment === 'none' ? [] : [stdout.colours.dim(`all of them in environment ${environment}`)]),
      `\n${stdout.colours.bold(verdictText(verdict, short))}`,
      ...(compare === undefined ? [] : [`to be sure: ${call(compare)}`]),
    ].join('\n');
    return { document: { run, ...within, rules, verdict: verdictDocument(verdict, short) }, text };
  },
};

/** `evaluations` counts the search's own, which equal proposals share, and the retests. */
export function documentOf(row: LeaderboardRow) {
  return { ...row, evaluations: 1 + (row.retest?.rewards.length ?? 0) };
}
