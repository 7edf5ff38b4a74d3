/**
 * The Redis queue, without training: how many evaluations it carries a second, and what one costs Redis; and how long after the
 * SIGKILL of a worker its job runs on another. Starts a redis-server of its own; everything is on this machine.
 *
 *     npm run build && node bench/queue.mjs [--workers 8] [--jobs 5000] [--kills 10] [--json]
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { openRedisQueue } from '../dist/dispatch/index.js';
import { median } from './text.mjs';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '8' },
    jobs: { type: 'string', default: '5000' },
    kills: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const WORKERS = Number(values.workers);
const JOBS = Number(values.jobs);
const KILLS = Number(values.kills);
const PORT = await freePort();
const url = `redis://127.0.0.1:${PORT}`;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const request = (seed) => ({ rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed });

function startWorker(delay) {
  const program = fileURLToPath(new URL('queue-worker.mjs', import.meta.url));
  const worker = fork(program, [url], { env: { ...process.env, BENCH_DELAY_MS: `${delay}` } });
  const log = [];
  worker.on('message', (event) => log.push(event));
  return { worker, log };
}

async function until(condition) {
  while (!condition()) await sleep(5);
}

async function end({ worker }) {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGTERM');
  await once(worker, 'exit');
}

async function redisSeconds(client) {
  const info = await client.info('cpu');
  const part = (name) => Number(new RegExp(`${name}:([0-9.]+)`).exec(info)[1]);
  return part('used_cpu_user') + part('used_cpu_sys');
}

/** Evaluations a second, all asked for at once, after a tenth of them to warm up. */
async function throughput(queue, client) {
  const workers = Array.from({ length: WORKERS }, () => startWorker(0));
  const ask = (first, count) =>
    Promise.all(Array.from({ length: count }, (_, i) => queue.evaluate(request(first + i))));
  await ask(0, 1);
  await until(() => workers.every(({ log }) => log.some(({ type }) => type === 'joined')));
  await ask(1, Math.ceil(JOBS / 10));
  const before = await redisSeconds(client);
  const began = performance.now();
  await ask(JOBS, JOBS);
  const seconds = (performance.now() - began) / 1000;
  const cost = ((await redisSeconds(client)) - before) / JOBS;
  await Promise.all(workers.map(end));
  return {
    workers: WORKERS,
    jobs: JOBS,
    jobsPerSecond: JOBS / seconds,
    redisMillisecondsPerJob: cost * 1000,
  };
}

/** Seconds from the SIGKILL of a worker to the start of its job on another, which was idle. */
async function recovery(queue) {
  const seconds = [];
  let busy = startWorker(600_000);
  for (let kill = 0; kill < KILLS; kill++) {
    const evaluation = queue.evaluate(request(kill)).catch(() => undefined);
    await until(() => busy.log.some(({ type }) => type === 'started'));
    const spare = startWorker(600_000);
    await until(() => spare.log.some(({ type }) => type === 'joined'));
    // At any moment between two renewals of the lock.
    await sleep(1_500 + (kill / KILLS) * 1_000);
    const killed = Date.now();
    busy.worker.kill('SIGKILL');
    await until(() => spare.log.some(({ type }) => type === 'started'));
    seconds.push((spare.log.find(({ type }) => type === 'started').at - killed) / 1000);
    await end(spare);
    busy = startWorker(0);
    await evaluation;
    await end(busy);
    busy = startWorker(600_000);
  }
  await end(busy);
  return { kills: KILLS, least: Math.min(...seconds), median: median(seconds), most: Math.max(...seconds) };
}

const directory = mkdtempSync(join(tmpdir(), 'nos-bench-'));
const server = spawn(
  'redis-server',
  ['--port', `${PORT}`, '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
  {
    stdio: 'ignore',
  },
);
const client = new Redis(url, { maxRetriesPerRequest: null });
client.on('error', () => {}); // until it is there
await client.ping();
const queue = await openRedisQueue({ url, directory: '.', run: 'bench' });
const result = {
  machine: { cores: cpus().length, model: cpus()[0].model, load: loadavg()[0] },
  throughput: await throughput(queue, client),
  recovery: await recovery(queue),
};
await queue.close();
client.disconnect();
server.kill();
await once(server, 'exit');
rmSync(directory, { recursive: true });

if (values.json) console.log(JSON.stringify(result));
else {
  const { throughput: t, recovery: r } = result;
  console.log(
    `${t.jobsPerSecond.toFixed(0)} jobs/s with ${t.workers} workers (${t.jobs} jobs that do nothing)`,
  );
  console.log(`${t.redisMillisecondsPerJob.toFixed(3)} ms of Redis's processor a job`);
  const figures = [r.least, r.median, r.most].map((value) => value.toFixed(2));
  console.log(
    `a killed worker's job runs again after ${figures.join(' / ')} s (least, median, most of ${r.kills})`,
  );
}
