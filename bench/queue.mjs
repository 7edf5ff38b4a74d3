/**
 * The Redis queue, without training: how many evaluations it carries a second, and what one costs Redis and the coordinator in
 * processor time and memory; what a busy worker costs them a second, whatever it evaluates; and how long after the SIGKILL of a
 * worker its job runs on another. Starts a redis-server of its own; everything is on this machine.
 *
 *     npm run build && node bench/queue.mjs [--workers 8] [--jobs 5000] [--kills 10] [--json]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openRedisQueue } from '../dist/dispatch/index.js';
import { startRedis } from './redis.mjs';
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
const UPKEEP_SECONDS = 10;

const request = (seed) => ({ rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed });

function startWorker(delay, variables = {}) {
  const program = fileURLToPath(new URL('queue-worker.mjs', import.meta.url));
  const env = { ...process.env, BENCH_DELAY_MS: `${delay}`, ...variables };
  const worker = fork(program, [redis.url], { env });
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

/** Processor seconds so far, of Redis and of this process, which is the coordinator. */
async function processorNow() {
  const { user, system } = process.cpuUsage();
  return { redis: await redis.processorSeconds(), coordinator: (user + system) / 1e6 };
}

/** Bytes so far that came to Redis, and that went from it. */
const trafficNow = async () =>
  (await redis.figure('stats', 'total_net_input_bytes')) +
  (await redis.figure('stats', 'total_net_output_bytes'));

/** Evaluations a second, all asked for at once, after a tenth of them to warm up. */
async function throughput(queue, count) {
  const workers = Array.from({ length: count }, () => startWorker(0));
  const ask = (first, jobs) =>
    Promise.all(Array.from({ length: jobs }, (_, i) => queue.evaluate(request(first + i))));
  const first = 100 * count * JOBS;
  await ask(first, 1);
  await until(() => workers.every(({ log }) => log.some(({ type }) => type === 'joined')));
  await ask(first + 1, Math.ceil(JOBS / 10));
  const [before, sent] = [await processorNow(), await trafficNow()];
  const began = performance.now();
  await ask(first + JOBS, JOBS);
  const seconds = (performance.now() - began) / 1000;
  const [after, sentAfter] = [await processorNow(), await trafficNow()];
  await Promise.all(workers.map(end));
  return {
    workers: count,
    jobs: JOBS,
    jobsPerSecond: JOBS / seconds,
    networkBytesPerJob: (sentAfter - sent) / JOBS,
    redisMillisecondsPerJob: (1000 * (after.redis - before.redis)) / JOBS,
    coordinatorMillisecondsPerJob: (1000 * (after.coordinator - before.coordinator)) / JOBS,
  };
}

/** Jobs in Redis that have no answer. */
async function jobsThere() {
  const [jobs] = await redis.client.keys('nos:*:jobs');
  return jobs === undefined ? 0 : redis.client.hlen(jobs);
}

/** Bytes of Redis's memory that a job takes while it waits. */
async function waitingJob(queue) {
  const stop = new AbortController();
  const before = await redis.figure('memory', 'used_memory');
  const asked = Array.from({ length: JOBS }, (_, i) =>
    queue.evaluate(request(20 * JOBS + i), { signal: stop.signal }),
  );
  while ((await jobsThere()) < JOBS) await sleep(50);
  const after = await redis.figure('memory', 'used_memory');
  stop.abort();
  await Promise.allSettled(asked);
  while ((await jobsThere()) > 0) await sleep(50);
  return { redisBytes: (after - before) / JOBS };
}

/**
 * What workers cost that are busy with one evaluation, a second and worker: locks, saying that they are there, and, unless they
 * are silent, two reports of progress.
 */
async function upkeep(queue, silent) {
  const stop = new AbortController();
  const variables = silent ? { BENCH_SILENT: '1' } : {};
  const workers = Array.from({ length: WORKERS }, () => startWorker(600_000, variables));
  const first = silent ? 10 * JOBS : 11 * JOBS;
  const asked = workers.map((_, i) => queue.evaluate(request(first + i), { signal: stop.signal }));
  await until(() => workers.every(({ log }) => log.some(({ type }) => type === 'started')));
  const [before, sent] = [await processorNow(), await trafficNow()];
  await sleep(1000 * UPKEEP_SECONDS);
  const [after, sentAfter] = [await processorNow(), await trafficNow()];
  stop.abort();
  await Promise.allSettled(asked);
  await Promise.all(workers.map(end));
  const each = (name) => (1000 * (after[name] - before[name])) / UPKEEP_SECONDS / WORKERS;
  return {
    redisMilliseconds: each('redis'),
    coordinatorMilliseconds: each('coordinator'),
    networkBytes: (sentAfter - sent) / UPKEEP_SECONDS / WORKERS,
  };
}

/** Seconds from the SIGKILL of a worker to the start of its job on another, which was idle. */
async function recovery(queue) {
  if (KILLS === 0) return undefined;
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

const redis = await startRedis();
const queue = await openRedisQueue({ url: redis.url, directory: '.', run: 'bench' });
const result = {
  machine: { cores: cpus().length, model: cpus()[0].model, load: loadavg()[0] },
  waiting: await waitingJob(queue),
  throughput: await throughput(queue, WORKERS),
  one: await throughput(queue, 1),
  silent: await upkeep(queue, true),
  upkeep: await upkeep(queue, false),
  recovery: await recovery(queue),
};
await queue.close();
await redis.close();

if (values.json) console.log(JSON.stringify(result));
else print(result);

function print({ waiting, throughput: t, one, silent, upkeep: u, recovery: r }) {
  console.log(
    `${t.jobsPerSecond.toFixed(0)} jobs/s with ${t.workers} workers (${t.jobs} jobs that do nothing), ` +
      `${one.jobsPerSecond.toFixed(0)} with one`,
  );
  const [redis, coordinator] = [t.redisMillisecondsPerJob, t.coordinatorMillisecondsPerJob];
  console.log(
    `a job: ${redis.toFixed(3)} ms of Redis's processor, ${coordinator.toFixed(3)} ms of the coordinator's, ` +
      `${(t.networkBytesPerJob / 1e3).toFixed(1)} kB through Redis's network`,
  );
  console.log(`a job that waits: ${(waiting.redisBytes / 1e3).toFixed(2)} kB of Redis's memory`);
  for (const [what, { redisMilliseconds, coordinatorMilliseconds, networkBytes }] of [
    ['a busy worker that reports nothing', silent],
    ['a busy worker', u],
  ]) {
    console.log(
      `${what}, a second: ${redisMilliseconds.toFixed(2)} ms of Redis's processor, ` +
        `${coordinatorMilliseconds.toFixed(2)} ms of the coordinator's, ` +
        `${(networkBytes / 1e3).toFixed(1)} kB through Redis's network`,
    );
  }
  if (r === undefined) return;
  const figures = [r.least, r.median, r.most].map((value) => value.toFixed(2));
  console.log(
    `a killed worker's job runs again after ${figures.join(' / ')} s (least, median, most of ${r.kills})`,
  );
}
