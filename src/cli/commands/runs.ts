import type { RunConfig } from '../../run/index.ts';
import type { RunRecord } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { withStore } from '../store.ts';
import { accuracy, instant, withinText } from '../text/format.ts';
import { type Column, table } from '../text/table.ts';

export const runsCommand: Command = {
  name: 'runs',
  summary: 'list the runs in the store',
  options: ['store'],
  example: 'nos runs',
  async run({ places, call, stdout }) {
    const { parseRunConfig } = await import('../../run/index.ts');
    const records = await withStore(places, (store) => store.listRuns());
    const runs = records.map((record) => ({ ...record, config: parseRunConfig(record.config) }));
    if (runs.length === 0) {
      return {
        document: { runs },
        text: `no runs in ${places.store}\nbegin one: ${call('nos search --preset quick')}`,
      };
    }
    return { document: { runs }, text: table(runs, columns(stdout.colours.bold), stdout.columns) };
  },
};

type Row = Omit<RunRecord, 'config'> & {
  readonly config: Pick<RunConfig, 'task' | 'protocol' | 'environment' | 'samples'>;
};

function columns(bold: (text: string) => string): readonly Column<Row>[] {
  return [
    { title: 'run', cell: (row) => row.name, flexible: true, paint: bold },
    { title: 'state', cell: (row) => row.status },
    { title: 'rules', cell: (row) => `${row.told}/${row.config.samples}`, align: 'right' },
    { title: 'best', cell: (row) => accuracy(row.bestReward ?? Number.NaN), align: 'right' },
    { title: 'task', cell: (row) => row.config.task },
    { title: 'protocol', cell: ({ config }) => withinText(config.protocol, config.environment) },
    { title: 'begun', cell: (row) => instant(Date.parse(row.createdAt)).slice(0, 10) },
  ];
}
