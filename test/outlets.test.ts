/** Runs that are looked at elsewhere: TensorBoard's files read by their published format, MLflow's requests by its published contract. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openMlflow } from '../src/observe/index.ts';
import { commandLine } from './command-line.ts';

const { here, home } = commandLine();
const SEARCH = [
  ...[
    'search',
    '--task',
    resolve('test/fixtures/bowl.mjs'),
    '--protocol',
    'quick',
    '--engine',
    'onnxruntime',
  ],
  ...['--space', 'quick', '--strategy', 'rl', '--samples', '8', '--batch', '4', '--retest', '1x1'],
  ...['--workers', '1', '--log-level', 'info'],
];

/** CRC-32C bit by bit, apart from the table of the writer. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  return ~crc >>> 0;
}
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** The records of a file, whose checksums must be right. */
function recordsOf(file: Buffer): readonly Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** The fields of a message by their numbers, by protobuf's wire format alone. */
function fieldsOf(bytes: Buffer): ReadonlyMap<number, readonly (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, type] = [key >>> 3, key & 7];
    let value: number | Buffer;
    if (type === 0) value = varint();
    else if (type === 1) [value, at] = [bytes.readDoubleLE(at), at + 8];
    else if (type === 5) [value, at] = [bytes.readFloatLE(at), at + 4];
    else {
      const length = varint();
      [value, at] = [bytes.subarray(at, at + length), at + length];
    }
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

interface ReadEvent {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  readonly plugin: ReadonlyMap<number, readonly (number | Buffer)[]> | undefined;
}

function eventsIn(folder: string): readonly ReadEvent[] {
  return readdirSync(folder).flatMap((name) => {
    expect(name).toMatch(/^events\.out\.tfevents\.\d+\./);
    const [version, ...events] = recordsOf(readFileSync(join(folder, name))).map(fieldsOf);
    expect(String(version!.get(3)![0])).toBe('brain.Event:2');
    return events.map((event) => {
      expect(event.get(1)![0]).toBeGreaterThan(1e9);
      const value = fieldsOf(fieldsOf(event.get(5)![0] as Buffer).get(1)![0] as Buffer);
      const metadata = value.get(9)?.[0] as Buffer | undefined;
      const data = metadata && fieldsOf(fieldsOf(metadata).get(1)![0] as Buffer);
      if (data) expect(String(data.get(1)![0])).toBe('hparams');
      return {
        tag: String(value.get(1)![0]),
        step: (event.get(2)?.[0] ?? 0) as number,
        value: (value.get(2)?.[0] ?? Number.NaN) as number,
        plugin: data && fieldsOf(data.get(2)![0] as Buffer),
      };
    });
  });
}

const tagsOf = (events: readonly ReadEvent[]) => new Set(events.map(({ tag }) => tag));
const seriesOf = (events: readonly ReadEvent[], tag: string) =>
  events.filter((event) => event.tag === tag).map(({ step, value }) => [step, value]);

/** Hyper-parameters of a session by name, its group among them. */
function sessionOf(events: readonly ReadEvent[]) {
  const plugin = events.find(({ tag }) => tag === '_hparams_/session_start_info')!.plugin!;
  const start = fieldsOf(plugin.get(3)![0] as Buffer);
  const entries = start.get(1)!.map((entry) => {
    const pair = fieldsOf(entry as Buffer);
    const value = fieldsOf(pair.get(2)![0] as Buffer);
    return [String(pair.get(1)![0]), value.get(2)?.[0] ?? String(value.get(3)![0])];
  });
  return { group: String(start.get(4)![0]), ...Object.fromEntries(entries) };
}

/** What MLflow's REST interface takes, https://mlflow.org/docs/latest/rest-api.html. */
const key = z.string().regex(/^[\w\-. /]{1,250}$/);
const pairs = z.array(z.strictObject({ key, value: z.string().max(5000) })).max(100);
const CONTRACT: Readonly<Record<string, z.ZodType>> = {
  'experiments/search': z.strictObject({ filter: z.string(), max_results: z.int() }),
  'experiments/create': z.strictObject({ name: z.string() }),
  'runs/search': z.strictObject({
    ...{ experiment_ids: z.array(z.string()), filter: z.string(), max_results: z.int() },
    order_by: z.array(z.string()),
  }),
  'runs/create': z.strictObject({
    ...{ experiment_id: z.string(), run_name: z.string(), start_time: z.int(), tags: pairs },
  }),
  'runs/log-batch': z.strictObject({
    run_id: z.literal('r1'),
    params: pairs.optional(),
    metrics: z
      .array(z.strictObject({ key, value: z.number(), timestamp: z.int(), step: z.int() }))
      .max(1000)
      .optional(),
  }),
  'runs/set-tag': z.strictObject({ run_id: z.literal('r1'), key, value: z.string().max(5000) }),
  'runs/update': z.strictObject({
    run_id: z.literal('r1'),
    status: z.enum(['RUNNING', 'FINISHED', 'KILLED']),
    end_time: z.int().optional(),
  }),
};

interface Metric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
}

interface Received {
  readonly path: string;
  readonly body: { readonly metrics?: readonly Metric[]; readonly key?: string; readonly status?: string };
  readonly authorization: string | undefined;
}

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that keeps what it gets, and refuses what is not in the contract. */
async function startMlflow(failing: (path: string) => boolean = () => false) {
  const received: Received[] = [];
  const refused: string[] = [];
  server = createServer(async (request, response) => {
    const path = request.url!.replace('/api/2.0/mlflow/', '');
    const body = JSON.parse(await text(request));
    const checked = CONTRACT[path]?.safeParse(body);
    if (!checked?.success) refused.push(`${path}: ${checked?.error ?? 'unknown'}`);
    if (failing(path)) return void response.writeHead(503).end('{"error_code": "TEMPORARILY_UNAVAILABLE"}');
    received.push({ path, body, authorization: request.headers.authorization });
    const answers: Readonly<Record<string, object>> = {
      'experiments/create': { experiment_id: '7' },
      'runs/create': { run: { info: { run_id: 'r1' } } },
      'runs/search': received.some((one) => one.path === 'runs/create')
        ? { runs: [{ info: { run_id: 'r1' } }] }
        : {},
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[path] ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metrics = () =>
    received.flatMap(({ path, body }) => (path === 'runs/log-batch' ? (body.metrics ?? []) : []));
  return { url, received, refused, metrics };
}

describe('the outlets of a search', () => {
  it('tell TensorBoard and MLflow what the store has', async () => {
    const { url, received, refused, metrics } = await startMlflow();
    const outcome = await here.nos([...SEARCH, '--run', 'a', '--tensorboard', 'board', '--mlflow', url]);
    expect(outcome.stderr).not.toMatch(/MLflow/);
    expect(outcome.code).toBe(0);
    const evaluations = (await here.json(['log', 'a'])).evaluations;
    const rewards = evaluations
      .filter(({ role }: { role: string }) => role === 'proposal')
      .map(({ reward }: { reward: number }) => reward);
    const events = eventsIn(join(home, 'board', 'a'));
    const rounded = (values: readonly number[]) => values.map((value, i) => [i + 1, Math.fround(value)]);
    expect(seriesOf(events, 'reward/proposal')).toEqual(rounded(rewards));
    expect(seriesOf(events, 'reward/best').at(-1)).toEqual([8, Math.fround(Math.max(...rewards))]);
    expect(tagsOf(events)).toEqual(
      new Set([
        ...['reward/proposal', 'reward/batch', 'reward/best', 'reward/retest', 'reference/adam'],
        ...[...tagsOf(events)].filter((tag) => /^(controller|reference|search|_hparams_)\//.test(tag)),
      ]),
    );
    expect(seriesOf(events, 'controller/entropy')).toHaveLength(2);
    expect(seriesOf(events, 'search/rules-per-hour')).toHaveLength(2);
    expect(sessionOf(events)).toMatchObject({ space: 'quick', strategy: 'rl', samples: 8, seed: 1 });
    expect(events.at(-1)!.tag).toBe('_hparams_/session_end_info');

    expect(refused).toEqual([]);
    expect(received.map(({ path }) => path).slice(0, 4)).toEqual([
      ...['experiments/search', 'experiments/create', 'runs/create', 'runs/log-batch'],
    ]);
    const best = metrics().filter((metric) => metric.key === 'reward/proposal');
    expect(best.map(({ step, value }) => [step, value])).toEqual(
      rewards.map((value: number, i: number) => [i + 1, value]),
    );
    expect(received.at(-1)).toMatchObject({ path: 'runs/update', body: { status: 'FINISHED' } });
    expect(received.some(({ path, body }) => path === 'runs/set-tag' && body.key === 'nos.best_rule')).toBe(
      true,
    );

    // The finished run, sent again; and another seed, of the same group.
    expect(await here.nos(['log', 'a', '--tensorboard', 'again'])).toMatchObject({ code: 0 });
    const again = eventsIn(join(home, 'again', 'a'));
    for (const tag of ['reward/proposal', 'reward/best', 'reward/batch', 'controller/entropy']) {
      expect(seriesOf(again, tag)).toEqual(seriesOf(events, tag));
    }
    const other = await here.nos([...SEARCH, '--seed', '2', '--run', 'b', '--tensorboard', 'board']);
    expect(other.code).toBe(0);
    const session = sessionOf(eventsIn(join(home, 'board', 'b')));
    expect(session).toMatchObject({ seed: 2, group: sessionOf(events).group });
  });

  it('let a search end as it would when the server is gone: one note, and nothing lost in the store', async () => {
    const outcome = await here.nos([...SEARCH, '--run', 'c', '--mlflow', 'http://127.0.0.1:9']);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr.match(/MLflow at/g)).toHaveLength(1);
    expect(outcome.stderr).toMatch(/nos log RUN --mlflow URL/);
    const { url, metrics } = await startMlflow();
    expect(await here.nos(['log', 'c', '--mlflow', url])).toMatchObject({ code: 0 });
    expect(metrics().filter(({ key }) => key === 'reward/proposal')).toHaveLength(8);
  });

  it('refuse what is no server, and what is no folder', async () => {
    expect(await here.nos([...SEARCH, '--mlflow', 'file:./runs'])).toMatchObject({ code: 2 });
    expect(await here.nos([...SEARCH, '--tensorboard', '/dev/null/board'])).toMatchObject({ code: 1 });
  });
});

describe('the sender to MLflow', () => {
  const points = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ series: 'reward/best', step: from + i, value: i }));
  const begins = { resumedAt: 0, earlier: [] };
  const about = { run: 'a', facts: { seed: 1 }, experiment: 'e', place: '/s' };

  it('keeps what a server refuses for a while, and sends it once', async () => {
    let failures = 0;
    const { url, metrics, received } = await startMlflow(
      (path) => path === 'runs/log-batch' && failures++ < 2,
    );
    const notes: string[] = [];
    const sender = openMlflow({
      ...{
        ...about,
        url: url.replace('//', '//me:secret%21@'),
        warn: (note) => notes.push(note),
        patience: 200,
      },
    });
    sender.write({ begins, points: points(0, 2500) }, 1e12);
    await expect.poll(() => failures, { timeout: 20_000 }).toBe(1);
    sender.write({ points: points(2500, 10) }, 1e12);
    await expect.poll(() => failures, { timeout: 20_000 }).toBe(2);
    sender.write({ points: [], ends: { how: 'stopped' } }, 1e12);
    await expect.poll(() => received.at(-1)?.body.status, { timeout: 20_000 }).toBe('KILLED');
    expect(await sender.close()).toBe(true);
    expect(received.filter(({ path }) => path === 'runs/create')).toHaveLength(1);
    expect(metrics().map(({ step }) => step)).toEqual(Array.from({ length: 2510 }, (_, i) => i));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/503 TEMPORARILY_UNAVAILABLE/);
    expect(notes[0]).not.toMatch(/secret/);
    expect(received[0]!.authorization).toBe(`Basic ${Buffer.from('me:secret!').toString('base64')}`);
  });

  it('waits for no server that never answers, and holds a bounded number of points', async () => {
    server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const notes: string[] = [];
    const sender = openMlflow({ ...about, url, warn: (note) => notes.push(note), patience: 100 });
    sender.write({ begins, points: [] }, 1e12);
    for (let i = 0; i < 70; i++) sender.write({ points: points(1000 * i, 1000) }, 1e12);
    expect(await sender.close()).toBe(false);
    expect(notes).toEqual([expect.stringMatching(/no answer in time/)]);
  });
});
