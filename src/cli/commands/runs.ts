import { taskTitle } from '../../evaluation/index.ts';
import {
  accuracy,
  briefDuration,
  type Column,
  instant,
  runState,
  table,
  truncate,
  withinText,
} from '../../report/index.ts';
import { parseRunConfig, type RunConfig } from '../../run/index.ts';
import type { RunRecord } from '../../store/index.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { storeOption } from '../options.ts';

export const command = defineCommand({
  options: storeOption,
  example: 'nos runs',
  async run({ places, call, stdout }) {
    const records = await withStore(places, (store) => store.listRuns());
    const runs = records.map((record) => ({ ...record, config: parseRunConfig(record.config) }));
    if (runs.length === 0) {
      return {
        document: { runs },
        text: `no runs in ${places.store}\nbegin one: ${call('nos search --preset quick')}`,
      };
    }
    const [head, ...lines] = table(runs, columns(stdout.colours.bold, taskTitle), stdout.columns).split('\n');
    const noted = lines.flatMap((line, i) => {
      const note = runs[i]?.note;
      return note === undefined
        ? [line]
        : [line, stdout.colours.dim(truncate(`  └ ${note}`, stdout.columns))];
    });
    return { document: { runs }, text: [head, ...noted].join('\n') };
  },
});

type Row = Omit<RunRecord, 'config'> & { readonly config: RunConfig };

function columns(
  bold: (text: string) => string,
  taskTitle: (task: string) => string,
): readonly Column<Row>[] {
  return [
    { title: 'run', cell: (row) => row.name, flexible: true, paint: bold },
    { title: 'state', cell: (row) => runState({ ...row, samples: row.config.samples }) },
    { title: 'rules', cell: (row) => `${row.told}/${row.config.samples}`, align: 'right' },
    { title: 'best', cell: (row) => accuracy(row.bestReward ?? Number.NaN), align: 'right' },
    { title: 'strategy', cell: ({ config }) => strategyText(config) },
    { title: 'space', cell: ({ config }) => config.space.name, spare: true },
    { title: 'task', cell: ({ config }) => taskTitle(config.task) },
    { title: 'protocol', cell: ({ config }) => withinText(config.protocol, config), spare: true },
    { title: 'begun', cell: (row) => begunText(Date.parse(row.createdAt), Date.now()) },
    { title: 'time', cell: (row) => briefDuration(row.seconds), align: 'right' },
  ];
}

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
