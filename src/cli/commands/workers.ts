import { listWorkers, type RedisOverview } from '../../dispatch/index.ts';
import { type Column, plural, table } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { redisOf } from '../evaluators.ts';
import { settings } from '../options.ts';

export const command = defineCommand({
  options: { redis: settings.redis.optional() },
  example: 'nos workers --redis redis://127.0.0.1:6379',
  async run({ settings: given, stdout, call }) {
    const url = redisOf(given);
    const { place, searches, workers } = await listWorkers(url);
    const rows = workers.flatMap(({ slots, version, fingerprint, search }) =>
      slots.map(({ sequence: _, ...slot }) => ({ ...slot, version, fingerprint, run: search?.run ?? null })),
    );
    const found = searches.map(({ run, project: { task }, workers: count, waiting }) => {
      return `run ${run} on ${task}: ${plural(count, 'worker')}, ${plural(waiting, 'evaluation')} waiting`;
    });
    const none = `no workers at ${place}\nstart one: ${call('nos worker')}`;
    const text = rows.length === 0 ? none : table(rows, columns(stdout.colours.bold), stdout.columns);
    return { document: { redis: place, searches, workers: rows }, text: [...found, text].join('\n') };
  },
});

type Row = Omit<RedisOverview['workers'][number]['slots'][number], 'sequence'> & {
  readonly run: string | null;
};

function columns(bold: (text: string) => string): readonly Column<Row>[] {
  return [
    { title: 'worker', cell: (row) => row.name, paint: bold },
    { title: 'run', cell: (row) => row.run ?? '' },
    { title: 'state', cell: (row) => row.state },
    { title: 'rule', cell: (row) => row.rule ?? '', flexible: true },
    {
      title: 'done',
      cell: ({ progress }) => (progress ? `${Math.floor(progress.done * 100)}%` : ''),
      align: 'right',
    },
    { title: 'finished', cell: (row) => String(row.finished), align: 'right' },
    { title: 'per minute', cell: (row) => row.perMinute.toFixed(1), align: 'right' },
    { title: 'restarts', cell: (row) => String(row.restarts), align: 'right' },
  ];
}
