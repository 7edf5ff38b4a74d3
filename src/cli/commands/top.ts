import * as z from 'zod';
import { unusual, unusualFields } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import {
  compareCommandText,
  exportCommandText,
  leaderboardText,
  shortRules,
  verdictDocument,
  verdictText,
} from '../../report/index.ts';
import { foldCopies, isFound, metricOfRun, readLeaderboard, readRun, verdictOf } from '../../run/index.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { flag, integer } from '../option.ts';
import { storeOption } from '../options.ts';
import { boardSchema, DEFAULT_ROWS, rowDocument, verdictSchema } from '../run-report.ts';

const document = z.strictObject({
  run: f.run,
  ...unusualFields,
  rules: f.list(boardSchema, 'the first rows of the leaderboard'),
  verdict: verdictSchema,
});

export const command = defineCommand({
  documents: { top: document },
  arguments: '<run>',
  options: {
    number: integer('how many rules to list', { minimum: 1, short: 'n', source: 'flag' }).default(
      DEFAULT_ROWS,
    ),
    all: flag('give every rule a row, also near copies of a better one'),
    ...storeOption,
  },
  example: 'nos top quick-1\nnos top quick-1 -n 30\nnos top quick-1 --all',
  async run({ arguments: [run = ''], settings: { all, number }, places, stdout, call }) {
    const { record, rows } = await withStore(places, async (store) => ({
      record: await readRun(store, run),
      rows: await readLeaderboard(store, run),
    }));
    const { config, status } = record;
    const within = unusual(config);
    const folded = foldCopies(rows, { count: Math.max(number, DEFAULT_ROWS) });
    const shown = (all ? rows : folded).slice(0, number);
    const short = await shortRules();
    const metric = metricOfRun(config);
    const verdict = verdictOf(folded, { seeds: config.retest.seeds, finished: status === 'finished' });
    const found = folded.find(isFound);
    const compare = compareCommandText(verdict, config, short);
    const text = [
      await leaderboardText(shown, stdout, metric),
      ...Object.entries(within).map(([name, value]) => stdout.colours.dim(`all of them in ${name} ${value}`)),
      `\n${stdout.colours.bold(verdictText(verdict, short, metric))}`,
      ...(compare === undefined ? [] : [`to be sure: ${call(compare)}`]),
      ...(found === undefined ? [] : [`to train with it: ${call(exportCommandText(short(found.rule)))}`]),
    ].join('\n');
    const document = {
      run,
      ...within,
      rules: shown.map((row) => rowDocument(row, metric)),
      verdict: verdictDocument(verdict, short, metric),
    };
    return { document, text };
  },
});
