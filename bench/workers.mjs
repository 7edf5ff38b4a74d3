/**
 * How much faster two workers evaluate than one, on a machine with two cores to spare: worker processes of this machine, and
 * `nos worker` processes of a Redis (its own). Rounds alternate between one and two workers; medians, ratio of medians.
 *
 *     npm run build && node bench/workers.mjs [--task digits-mlp] [--evaluations 60] [--rounds 3] [--json]
 *
 * Tasks whose data are fetched take them from NOS_DATA_DIR, or where `nos` keeps them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { openLocalPool, openRedisQueue } from '../dist/dispatch/index.js';
import { startRedis } from './redis.mjs';
import { median, table } from './text.mjs';

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'digits-mlp' },
    evaluations: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const COUNT = Number(values.evaluations);
const directory = dataDirectory(process.env);
const NOS = fileURLToPath(new URL('../bin/nos', import.meta.url));

/** Evaluations a second of equal work in every round, after one for each worker that loads data and network. */
async function rate(dispatcher, workers) {
  const evaluate = (seed) => dispatcher.evaluate({ rule: 'sgd', task: values.task, protocol: 'quick', seed });
  await Promise.all(Array.from({ length: 2 * workers }, (_, i) => evaluate(1_000_000 + i)));
  const start = performance.now();
  await Promise.all(Array.from({ length: COUNT }, (_, i) => evaluate(i)));
  return COUNT / ((performance.now() - start) / 1000);
}

async function here(workers) {
  const pool = openLocalPool({ workers, directory });
  return rate(pool, workers).finally(() => pool.close());
}

async function throughRedis(workers) {
  const redis = await startRedis();
  const queue = await openRedisQueue({ url: redis.url, directory, run: 'bench' });
  const env = { ...process.env, NOS_REDIS_URL: redis.url, NOS_DATA_DIR: directory, NOS_LOG_LEVEL: 'error' };
  const processes = Array.from({ length: workers }, () =>
    spawn(process.execPath, [NOS, 'worker', '--concurrency', '1'], { env, stdio: 'ignore' }),
  );
  // They join once there is something to evaluate, and all must be there before the clock starts.
  const first = queue.evaluate({ rule: 'sgd', task: values.task, protocol: 'quick', seed: 2_000_000 });
  while (queue.workers().length < workers) await sleep(100);
  await first;
  try {
    return await rate(queue, workers);
  } finally {
    await queue.close();
    for (const worker of processes) worker.kill('SIGTERM');
    await Promise.all(processes.map((worker) => once(worker, 'exit')));
    await redis.close();
  }
}

const WAYS = { 'this machine’s processes': here, 'workers of a Redis': throughRedis };
const rates = Object.fromEntries(Object.keys(WAYS).map((way) => [way, { 1: [], 2: [] }]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [way, measure] of Object.entries(WAYS)) {
    for (const workers of [1, 2]) rates[way][workers].push(await measure(workers));
  }
}
const rows = Object.entries(rates).map(([way, { 1: one, 2: two }]) => {
  return { way, one: median(one), two: median(two), ratio: median(two) / median(one) };
});
if (values.json) {
  console.log(JSON.stringify({ cpu: cpus()[0].model, load: loadavg(), task: values.task, rows }, null, 1));
} else {
  console.log(`${cpus()[0].model}, load ${loadavg()[0].toFixed(2)}; ${values.task}, evaluations a second`);
  const text = rows.map(({ way, one, two, ratio }) => [
    way,
    one.toFixed(2),
    two.toFixed(2),
    ratio.toFixed(2),
  ]);
  console.log(table([['', 'one worker', 'two', 'ratio'], ...text]));
}
