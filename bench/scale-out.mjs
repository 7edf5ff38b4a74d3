/**
 * A search on 1 to 10,000 workers, on paper: bench/simulation.mjs with what was measured as its input. Says how well the workers
 * are used at every batch size, and what keeps a search from being faster.
 *
 *     npm run build && node bench/scale-out.mjs [--json] [-o PICTURE.svg]
 *     node bench/scale-out.mjs --measure       # anew, on this machine: writes docs/results/scale-out/costs.json
 *     node bench/scale-out.mjs --validate      # beside real searches on workers that only wait
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openRedisQueue } from '../dist/dispatch/index.js';
import { lineChart } from '../dist/plot/index.js';
import { stream } from '../dist/random/index.js';
import { startRun } from '../dist/run/index.js';
import { openStore } from '../dist/store/index.js';
import { startRedis } from './redis.mjs';
import { sampler, simulate } from './simulation.mjs';
import { mean, table } from './text.mjs';

const { values } = parseArgs({
  options: {
    measure: { type: 'boolean', default: false },
    validate: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    output: { type: 'string', short: 'o' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const COSTS = here('../docs/results/scale-out/costs.json');

const WORKERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
const BATCHES = [5, 20, 100, 500];
/** Batches in flight: a search's default, and as many as give every worker two rules. */
const PIPELINES = {
  default: () => 2,
  filled: (workers, batch) => Math.max(2, Math.ceil((2 * workers) / batch)),
};

function measure() {
  const run = (name, ...args) => {
    process.stderr.write(`bench/${name} …\n`);
    return JSON.parse(execFileSync(process.execPath, [here(name), '--json', ...args], { encoding: 'utf8' }));
  };
  const [evaluating] = run('evaluating.mjs', '--task', 'cifar10-convnet').results;
  const { batches, store, machine } = run('coordinator.mjs', '--batch', String(BATCHES));
  const { throughput, one, silent, upkeep } = run('queue.mjs', '--kills', '0');
  return {
    machine,
    /** Seconds of every evaluation, of a core to itself. */
    evaluation: { task: evaluating.task, protocol: evaluating.protocol, seconds: evaluating.seconds },
    /** Milliseconds. */
    batches,
    store,
    queue: {
      redis: throughput.redisMillisecondsPerJob,
      coordinator: throughput.coordinatorMillisecondsPerJob,
      handover: 1000 / one.jobsPerSecond,
    },
    /** Milliseconds of a busy worker and second: with two reports of progress, and without. */
    upkeep: { redis: upkeep.redisMilliseconds, coordinator: upkeep.coordinatorMilliseconds },
    silent: { redis: silent.redisMilliseconds, coordinator: silent.coordinatorMilliseconds },
  };
}

/** Reports of progress that all workers together may make a second, as src/dispatch/redis/queue.ts has it. */
const MOST_REPORTS = 50;

/** {@link simulate}'s costs, in seconds, of a batch size that was measured. */
function costsOf({ batches, store, queue, upkeep, silent }, { batch, workers }) {
  const { ask, write, tell } = batches.find((one) => one.batch === batch);
  const reporting = Math.min(1, MOST_REPORTS / 2 / workers);
  const upkeepOf = (name) => silent[name] + reporting * Math.max(0, upkeep[name] - silent[name]);
  const milliseconds = {
    ...queue,
    ask: ask + write,
    tell,
    coordinator: queue.coordinator + store.milliseconds,
    redisUpkeep: upkeepOf('redis'),
    coordinatorUpkeep: upkeepOf('coordinator'),
  };
  return Object.fromEntries(Object.entries(milliseconds).map(([name, value]) => [name, value / 1000]));
}

function simulated(measured, { workers, batch, pipeline, seconds = measured.evaluation.seconds }) {
  const draws = stream(1, 'scale-out', `${workers} ${batch} ${pipeline}`);
  // Long enough for every worker to evaluate some twenty rules.
  const batches = Math.max(60, Math.ceil((20 * workers) / batch), 12 * pipeline);
  const draw = sampler(seconds, () => draws.uniform());
  return simulate({
    workers,
    batch,
    pipeline,
    batches,
    seconds: draw,
    costs: costsOf(measured, { batch, workers }),
  });
}

/** Every setting, with what comes of it. */
function sweep(measured) {
  return Object.entries(PIPELINES).flatMap(([name, pipelineOf]) =>
    BATCHES.flatMap((batch) =>
      WORKERS.map((workers) => {
        const setting = { workers, batch, pipeline: pipelineOf(workers, batch) };
        return { pipelines: name, ...setting, ...simulated(measured, setting) };
      }),
    ),
  );
}

function picture({ evaluation }, rows) {
  const titles = { default: 'Two batches in flight', filled: 'Two rules in flight for every worker' };
  const seconds = mean(evaluation.seconds).toFixed(1);
  return lineChart({
    title: 'How well the workers of a search are used',
    subtitle: `Simulated: ${evaluation.task}, protocol ${evaluation.protocol}, ${seconds} s an evaluation; node bench/scale-out.mjs`,
    x: { label: 'workers', scale: 'log', ticks: [1, 10, 100, 1_000, 10_000] },
    y: { label: 'share of the time in which they evaluate', domain: [0, 1] },
    panels: Object.entries(titles).map(([name, title]) => ({
      title,
      series: BATCHES.map((batch) => ({
        name: `batch ${batch}`,
        line: rows
          .filter((row) => row.pipelines === name && row.batch === batch)
          .map(({ workers, efficiency }) => [workers, efficiency]),
      })),
    })),
  });
}

/** Real searches, with a real Redis and workers whose evaluations only wait: on two cores, more of them than of those that train. */
const TRIALS = [
  { workers: 4, batch: 5, pipeline: 2, samples: 300 },
  { workers: 12, batch: 5, pipeline: 2, samples: 300 },
  { workers: 12, batch: 20, pipeline: 1, samples: 600 },
  { workers: 12, batch: 20, pipeline: 2, samples: 600 },
];
const DELAYS_MS = [400, 600, 800, 1_000, 1_600];

async function real({ workers, batch, pipeline, samples }) {
  const directory = mkdtempSync(join(tmpdir(), 'nos-bench-'));
  const redis = await startRedis();
  const queue = await openRedisQueue({ url: redis.url, directory, run: 'bench' });
  const store = await openStore(join(directory, 'nos.db'));
  const env = { ...process.env, BENCH_DELAY_MS: String(DELAYS_MS) };
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
  const processes = Array.from({ length: workers }, () =>
    spawn(process.execPath, [here('queue-worker.mjs'), redis.url], { env, stdio }),
  );
  const told = [];
  const onEvent = ({ type }) => {
    if (type === 'batch') told.push(performance.now() / 1000);
  };
  const services = {
    store,
    dispatcher: queue,
    fingerprint: 'none',
    version: 'none',
    clock: Date.now,
    onEvent,
  };
  const search = { task: 'digits-mlp', space: { name: 'icml2017' }, protocol: 'quick', seed: 1 };
  const rest = { strategy: { name: 'rl' }, references: [], retest: { top: 0, seeds: 0 } };
  await startRun('real', { ...search, ...rest, samples, batch, pipeline }, services);
  await queue.close();
  await store.close();
  for (const worker of processes) worker.kill('SIGTERM');
  await Promise.all(processes.map((worker) => once(worker, 'exit')));
  await redis.close();
  rmSync(directory, { recursive: true });
  // As the simulation does: from the tell of the first tenth to the last ask.
  const first = Math.max(pipeline, Math.ceil(samples / batch / 10));
  const last = told.length - pipeline;
  return (3600 * batch * (last - first)) / (told[last - 1] - told[first - 1]);
}

async function validate(measured) {
  const rows = [];
  for (const trial of TRIALS) {
    const seconds = DELAYS_MS.map((delay) => delay / 1000);
    process.stderr.write(`${trial.workers} workers, batch ${trial.batch}, pipeline ${trial.pipeline} …\n`);
    const { perHour } = simulated(measured, { ...trial, seconds });
    rows.push({ ...trial, simulated: perHour, real: await real(trial) });
  }
  return rows;
}

function printValidation(rows) {
  const cells = rows.map(({ workers, batch, pipeline, simulated: s, real: r }) =>
    [workers, batch, pipeline, s.toFixed(0), r.toFixed(0), `${(100 * (s / r - 1)).toFixed(1)} %`].map(String),
  );
  console.log('Rules an hour of real searches whose evaluations wait 0.4 to 1.6 s\n');
  console.log(table([['workers', 'batch', 'pipeline', 'simulated', 'real', 'off by'], ...cells]));
}

const LETTER = { workers: '', pipeline: 'p', coordinator: 'c', Redis: 'r' };

function printSweep(measured, rows) {
  const { evaluation, machine } = measured;
  console.log(
    `${machine.model}; ${evaluation.task}, protocol ${evaluation.protocol}: ${mean(evaluation.seconds).toFixed(1)} s an evaluation\n`,
  );
  console.log(
    'Share of the time in which workers evaluate; what is the limit where it is under 90 %: p the pipeline, c the',
  );
  console.log('coordinator, r Redis\n');
  for (const name of Object.keys(PIPELINES)) {
    const of = (workers, batch) =>
      rows.find((row) => row.pipelines === name && row.workers === workers && row.batch === batch);
    const cell = ({ efficiency, limit }) => `${(100 * efficiency).toFixed(0)} % ${LETTER[limit]}`.trim();
    const lines = WORKERS.map((workers) => [
      String(workers),
      ...BATCHES.map((batch) => cell(of(workers, batch))),
    ]);
    const best = Math.max(
      ...rows.filter(({ pipelines }) => pipelines === name).map(({ perHour }) => perHour),
    );
    console.log(
      name === 'default'
        ? 'Two batches in flight'
        : '\nAs many batches in flight as give every worker two rules',
    );
    console.log(table([['workers', ...BATCHES.map((batch) => `batch ${batch}`)], ...lines]));
    console.log(`at most ${Math.round(best).toLocaleString('en')} rules an hour`);
  }
  const { silent, queue, store } = measured;
  console.log(
    `\nbusy with workers alone: Redis from ${Math.round(1000 / silent.redis)} on, ` +
      `the coordinator from ${Math.round(1000 / silent.coordinator)}; ` +
      `with evaluations alone: the coordinator at ${Math.round(1000 / (queue.coordinator + store.milliseconds))} a second`,
  );
}

if (values.measure) writeFileSync(COSTS, `${JSON.stringify(measure(), null, 1)}\n`);
const measured = JSON.parse(readFileSync(COSTS, 'utf8'));
if (values.validate) {
  const rows = await validate(measured);
  if (values.json) console.log(JSON.stringify(rows));
  else printValidation(rows);
} else {
  const rows = sweep(measured);
  if (values.output) writeFileSync(values.output, picture(measured, rows));
  if (values.json) console.log(JSON.stringify(rows));
  else printSweep(measured, rows);
}
