import * as z from 'zod';
import { taskTitle } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import {
  briefDuration,
  type Column,
  instant,
  runState,
  scoreText,
  strong,
  table,
  truncate,
  withinText,
} from '../../report/index.ts';
import { metricOfRun, type RunConfig, readRuns, type StoredRun, storedRunSchema } from '../../run/index.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { storeOption } from '../options.ts';

const document = z.strictObject({
  runs: f.list(storedRunSchema, 'the runs, oldest first'),
});

export const command = defineCommand({
  documents: { runs: document },
  options: storeOption,
  example: 'nos runs',
  async run({ places, call, stdout }) {
    const runs = await withStore(places, readRuns);
    if (runs.length === 0) {
      return {
        document: { runs },
        text: `no runs in ${places.store}\nbegin one: ${call('nos search --preset quick')}`,
      };
    }
    const [head, ...lines] = table(runs, COLUMNS, stdout).split('\n');
    const noted = lines.flatMap((line, i) => {
      const note = runs[i]?.note;
      return note === undefined
        ? [line]
        : [line, stdout.colours.dim(truncate(`  └ ${note}`, stdout.columns))];
    });
    return { document: { runs }, text: [head, ...noted].join('\n') };
  },
});

/** The value in the units of its score. */
const bestText = ({ bestReward = Number.NaN, config }: StoredRun): string =>
  scoreText(bestReward, metricOfRun(config));

const COLUMNS: readonly Column<StoredRun>[] = [
  { title: 'run', cell: (row) => row.name, flexible: true, paint: strong },
  { title: 'state', cell: (row) => runState({ ...row, samples: row.config.samples }) },
  { title: 'rules', cell: (row) => `${row.told}/${row.config.samples}`, align: 'right' },
  { title: 'best', cell: bestText, align: 'right' },
  { title: 'strategy', cell: ({ config }) => strategyText(config) },
  { title: 'space', cell: ({ config }) => config.space.name, spare: true },
  { title: 'task', cell: ({ config }) => taskTitle(config.task) },
  { title: 'protocol', cell: ({ config }) => withinText(config.protocol, config), spare: true },
  { title: 'begun', cell: (row) => begunText(Date.parse(row.createdAt), Date.now()) },
  { title: 'time', cell: (row) => briefDuration(row.seconds), align: 'right' },
];

/** `rl`, or `rl ppo` if an algorithm was chosen; of a module its file's name. */
function strategyText({ strategy: { name, options } }: RunConfig): string {
  const title = taskTitle(name);
  return options.algorithm === undefined ? title : `${title} ${options.algorithm}`;
}

/** `11-29 14:05`; of another year with it. */
function begunText(begun: number, now: number): string {
  const text = instant(begun);
  return text.slice(0, 4) === instant(now).slice(0, 4) ? text.slice(5) : text;
}
