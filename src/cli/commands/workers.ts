import * as z from 'zod';
import { listWorkers } from '../../dispatch/index.ts';
import { progressSchema } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { type Column, plural, strong, table } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { redisOf } from '../evaluators.ts';
import { settings } from '../options.ts';

const search = z.strictObject({
  run: f.run,
  project: z
    .strictObject({
      version: f.version,
      fingerprint: f.fingerprint,
      task: f.task,
      checksum: f.text("checksum of the task's data"),
    })
    .describe('what a worker must have in common with the search'),
  reportMilliseconds: f.count('milliseconds between two reports of an evaluation'),
  workers: f.count('workers that serve it'),
  waiting: f.count('evaluations that no worker has begun'),
});

const worker = z.strictObject({
  name: f.text('name of the worker process'),
  state: f.oneOf(['starting', 'idle', 'busy'], 'what it does'),
  rule: f.text('rule that it evaluates').exactOptional(),
  progress: progressSchema.describe('progress of that evaluation').exactOptional(),
  finished: f.count('evaluations that it finished'),
  restarts: f.count('times that it was started again after a crash or a hang'),
  perMinute: f.number('evaluations per minute over the last ten minutes'),
  version: f.version,
  fingerprint: f.fingerprint,
  run: f.text('name of the run; null while it waits for a search').nullable(),
});

const document = z.strictObject({
  redis: f.text('address of Redis, without name and password'),
  searches: f.list(search, 'the searches that want workers'),
  workers: f.list(worker, 'the worker processes'),
});

export const command = defineCommand({
  documents: { workers: document },
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
    const text = rows.length === 0 ? none : table(rows, COLUMNS, stdout);
    return { document: { redis: place, searches, workers: rows }, text: [...found, text].join('\n') };
  },
});

type Row = f.DataOf<typeof worker>;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'worker', cell: (row) => row.name, paint: strong },
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
