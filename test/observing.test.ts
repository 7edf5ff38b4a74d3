import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalPool } from '../src/dispatch/index.ts';
import { fingerprint } from '../src/evaluate/index.ts';
import { observeDispatch, observeRun, openMetrics, serveMetrics } from '../src/observe/index.ts';
import { type RunConfigInput, startRun } from '../src/run/index.ts';
import { openStore, type Score } from '../src/store/index.ts';
import { packageVersion } from '../src/version.ts';
import { FAULTY_TASK } from './dispatcher-conformance.ts';
import { type Page, readExposition } from './exposition.ts';
import { documentedEvents } from './operating-page.ts';
import { noRedis, type RedisServer, startRedis } from './redis-server.ts';

/** Real searches with faults: what is scraped and logged is what the store holds. */
let directory: string;
/** Of faults, and nothing else: a file there is taken for one. */
let faults: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-observing-'));
  faults = await mkdtemp(join(directory, 'faults-'));
  // With one process, the first three make the first evaluation fail, the last costs the next a try.
  await Promise.all([1, 2, 3, 4].map((i) => plant(`exit-${i}`)));
});
afterAll(() => rm(directory, { recursive: true }));

const plant = (file: string): Promise<void> => writeFile(join(faults, file), '');
const RETRIES = 3;

/** What the store says of a run of one process. */
interface Truth {
  readonly outcomes: Readonly<Record<'ok' | 'diverged' | 'failed', number>>;
  readonly seconds: number;
  readonly cached: number;
  readonly proposals: number;
  readonly bestReward: number;
}

async function truthOf(store: string, run: string): Promise<Truth> {
  const opened = await openStore(store);
  const scores = await opened.scores(run);
  const { proposals, bestReward = Number.NaN } = await opened.run(run);
  await opened.close();
  const evaluations = [...new Map(scores.map((score) => [identityOf(score), score.evaluation])).values()];
  const count = (status: string): number => evaluations.filter((one) => one.status === status).length;
  return {
    outcomes: { ok: count('ok'), diverged: count('diverged'), failed: count('failed') },
    seconds: evaluations.reduce((sum, { seconds }) => sum + seconds, 0),
    cached: scores.length - evaluations.length,
    proposals,
    bestReward,
  };
}

const identityOf = ({ evaluation: { key, seed } }: Score): string => `${key} ${seed}`;

const scrape = async (url: string): Promise<Page> => readExposition(await (await fetch(url)).text());

function expectEvaluations({ samples }: Page, { outcomes, seconds }: Truth): void {
  for (const [outcome, count] of Object.entries(outcomes)) {
    expect([outcome, samples.get(`nos_evaluations_total{outcome="${outcome}"}`)]).toEqual([outcome, count]);
  }
  expect(samples.get('nos_evaluation_seconds_count')).toBe(outcomes.ok + outcomes.diverged);
  expect(samples.get('nos_evaluation_seconds_sum')).toBeCloseTo(seconds, 6);
  expect(samples.get('nos_retries_total')).toBe(RETRIES);
}

it('the metrics of a search on this machine are what its store says', { timeout: 240_000 }, async () => {
  process.env.NOS_FAULTS = faults;
  const machine = { fingerprint: await fingerprint(), version: packageVersion };
  const metrics = await openMetrics({ role: 'search', redis: false, ...machine });
  const dispatcher = openLocalPool({
    workers: 1,
    directory,
    onEvent: (event) => metrics.record(observeDispatch(event).measures),
  });
  const states = () => dispatcher.workers().map(({ state }) => state);
  const server = await serveMetrics(
    { host: '127.0.0.1', port: 0 },
    {
      metrics: () => metrics.text({ states: states(), depth: dispatcher.depth() }),
      contentType: metrics.contentType,
      trouble: () => undefined,
    },
  );
  const url = `${server.url}/metrics`;
  const path = join(directory, 'local.db');
  const store = await openStore(path);
  const config: RunConfigInput = {
    task: FAULTY_TASK,
    space: { name: 'quick' },
    // Rules of the references: known when they are proposed.
    strategy: { name: 'random', warmStart: ['sgd', 'adam'] },
    protocol: 'quick',
    ...{ samples: 6, batch: 3, seed: 3 },
    references: ['sgd', 'adam'],
    retest: { top: 2, seeds: 1 },
  };
  const during: Promise<Page>[] = [];
  await startRun('run', config, {
    ...{ store, dispatcher, clock: Date.now, ...machine },
    onEvent: (event) => {
      metrics.record(observeRun(event, { seconds: 0, facts: {} }).measures);
      if (event.type === 'evaluated') during.push(scrape(url));
    },
  });
  await store.close();
  expect((await Promise.all(during)).length).toBe(6);
  const page = await scrape(url);
  server.close();
  await dispatcher.close();
  delete process.env.NOS_FAULTS;

  const truth = await truthOf(path, 'run');
  expect(truth).toMatchObject({ outcomes: { failed: 1 }, proposals: 6 });
  expect(truth.cached).toBeGreaterThanOrEqual(2);
  expectEvaluations(page, truth);
  const { samples } = page;
  expect(samples.get('nos_cache_hits_total')).toBe(truth.cached);
  expect(samples.get('nos_proposals_total')).toBe(6);
  expect(samples.get('nos_run_told')).toBe(6);
  expect(samples.get('nos_best_reward')).toBe(truth.bestReward);
  expect(samples.get('nos_run_info{run="run"}')).toBe(1);
  expect(samples.get('nos_queue_depth{state="waiting"}')).toBe(0);
  expect(samples.get('nos_queue_depth{state="active"}')).toBe(0);
  expect(samples.get('nos_workers{state="idle"}')).toBe(1);
});

type Line = Readonly<Record<string, unknown>>;

/** A process of the command line that logs JSON. */
interface Observed {
  readonly child: ChildProcess;
  /** Every line of stderr, as it stands. */
  readonly raw: string[];
  readonly lines: Line[];
  readonly stdout: () => string;
  /** The first line of that event, once it is there. */
  seen(event: string): Promise<Line>;
}

function observe(args: readonly string[], variables: Readonly<Record<string, string>>): Observed {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NOS_'));
  const child = spawn(process.execPath, [resolve('bin/nos'), ...args, '--json'], {
    env: { ...Object.fromEntries(clean), ...variables, NOS_LOG: 'json', NOS_METRICS: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [raw, lines]: [string[], Line[]] = [[], []];
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr as Readable }).on('line', (line) => {
    raw.push(line);
    lines.push(JSON.parse(line) as Line);
  });
  const seen = async (event: string): Promise<Line> => {
    for (;;) {
      const found = lines.find((line) => line.event === event);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`no ${event} in:\n${raw.join('\n')}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  return { child, raw, lines, stdout: () => stdout, seen };
}

describe.skipIf(noRedis)('a search and a worker of a Redis', { timeout: 480_000 }, () => {
  let redis: RedisServer;
  let worker: Observed | undefined;
  beforeAll(async () => {
    redis = await startRedis(['--requirepass', 'open sesame', '--maxmemory-policy', 'allkeys-lru']);
  });
  afterAll(async () => {
    worker?.child.kill('SIGKILL');
    await redis.stop();
  });

  it('log and count what the store says, and never the password', async () => {
    // The command line refuses NOS_FAULTS, so the task itself says where the faults are.
    await Promise.all([1, 2, 3, 4].map((i) => plant(`exit-${i}`)));
    const task = join(directory, 'task.mjs');
    const where = `process.env.NOS_FAULTS = ${JSON.stringify(faults)};`;
    await writeFile(task, `${where}\nexport { task } from ${JSON.stringify(FAULTY_TASK)};\n`);
    const path = join(directory, 'redis.db');
    const variables = {
      NOS_REDIS_URL: redis.url.replace('//', '//:open%20sesame@'),
      NOS_DATA: directory,
    };
    worker = observe(['worker', '--task', task, '--concurrency', '1', '--log-level', 'trace'], variables);
    await worker.seen('worker-waiting');
    const size = [
      '--samples',
      '6',
      '--batch',
      '3',
      '--strategy',
      'random',
      '--space',
      'quick',
      '--protocol',
      'quick',
    ];
    const search = observe(
      ['search', '--task', task, '--run', 'far', ...size, '--warm-start', 'sgd,adam', '--log-level', 'debug'],
      { ...variables, NOS_STORE: path },
    );
    await search.seen('worker-joined');
    const during = await scrape(String((await search.seen('metrics-served')).url));
    expect(during.samples.get('nos_redis_up')).toBe(1);
    await once(search.child, 'close');
    expect([search.child.exitCode, JSON.parse(search.stdout()).status]).toEqual([0, 'finished']);

    const truth = await truthOf(path, 'far');
    const count = (event: string): number => search.lines.filter((line) => line.event === event).length;
    expect(truth.outcomes.failed).toBe(1);
    expect(count('evaluation-failed')).toBe(1);
    expect(count('evaluation-finished')).toBe(truth.outcomes.ok + truth.outcomes.diverged);
    expect(count('evaluation-cached')).toBe(truth.cached);
    expect(count('evaluation-retried')).toBe(RETRIES);
    expect([count('batch-asked'), count('batch-told'), count('run-finished')]).toEqual([2, 2, 1]);
    expect(search.lines.every((line) => line.level !== 'trace')).toBe(true);

    const url = String((await worker.seen('metrics-served')).url);
    const page = await scrape(url);
    expectEvaluations(page, { ...truth, seconds: page.samples.get('nos_evaluation_seconds_sum') as number });
    expect(page.samples.get('nos_run_info{run="far"}')).toBe(1);

    await redis.kill();
    await worker.seen('redis-lost');
    expect((await fetch(url.replace('metrics', 'healthz'))).status).toBe(503);
    expect((await scrape(url)).samples.get('nos_redis_up')).toBe(0);
    await redis.start();
    await worker.seen('redis-back');
    expect((await fetch(url.replace('metrics', 'healthz'))).status).toBe(200);
    worker.child.kill('SIGTERM');
    await once(worker.child, 'close');
    expect(worker.child.exitCode).toBe(143);
    expect(worker.lines.slice(-2).map(({ event }) => event)).toEqual(['shutdown', 'worker-finished']);

    const said = [...worker.raw, ...search.raw, worker.stdout(), search.stdout(), [...page.samples.keys()]];
    for (const text of said) expect(String(text)).not.toMatch(/sesame/);
    expect(await readFile(path, 'latin1')).not.toMatch(/sesame/);
    for (const { lines } of [worker, search]) expectDocumented(lines);
  });
});

/** Every line has the fields of all lines, and of its own those that the page names. */
function expectDocumented(lines: readonly Line[]): void {
  const events = documentedEvents();
  const common = ['level', 'time', 'host', 'pid', 'event', 'msg', 'run', 'worker'];
  for (const line of lines) {
    const { level, fields = [] } = events.get(String(line.event)) ?? {};
    expect(line).toMatchObject({
      level,
      time: expect.any(String),
      host: expect.any(String),
      pid: expect.any(Number),
    });
    expect(Object.keys(line).filter((name) => !common.includes(name) && !fields.includes(name))).toEqual([]);
  }
}

it('a port that is taken ends the search before it begins; a wrong address is wrong usage', {
  timeout: 240_000,
}, async () => {
  const server = await serveMetrics(
    { host: '127.0.0.1', port: 0 },
    { metrics: async () => '', contentType: '', trouble: () => undefined },
  );
  const path = join(directory, 'none.db');
  const started = [new URL(server.url).host, 'nine'].map((address) =>
    observe(['search', '--task', 'digits-mlp', '--run', 'none', '--metrics', address], { NOS_STORE: path }),
  );
  await Promise.all(started.map(({ child }) => once(child, 'close')));
  server.close();
  expect(started.map(({ child }) => child.exitCode)).toEqual([1, 2]);
  expect(started.map(({ lines }) => lines.at(-1))).toMatchObject([
    { level: 'fatal', event: 'failed', code: 'address', msg: expect.stringContaining('in use') },
    { level: 'fatal', event: 'failed', code: 'bad-option' },
  ]);
  expect(existsSync(path)).toBe(false);
});
