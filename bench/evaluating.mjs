/**
 * What one evaluating process takes: processor seconds of an evaluation, and memory. The rules are those that random search
 * proposes first in the paper's space, so that some diverge and are over early, as in a real search. Linux only: it reads /proc.
 *
 *     npm run build && node bench/evaluating.mjs [--task digits-mlp,cifar10-convnet] [--protocol quick] [--rules 40] [--json]
 *
 * Processor seconds are what an evaluation takes of a core, whatever else the machine does. `peak` is the most memory that was
 * resident; `own` is what no other process shares: what one more evaluating process costs.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { findSpace } from '../dist/rules/index.js';
import { strategies } from '../dist/search/index.js';
import { memoryOf, processorSeconds } from './processes.mjs';
import { mean, quantile, table } from './text.mjs';

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'digits-mlp,cifar10-convnet' },
    protocol: { type: 'string', default: 'quick' },
    rules: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
  },
});

async function proposals(count) {
  const context = { space: findSpace('icml2017'), seed: 1, batch: count, options: {}, warmStart: [] };
  const strategy = await strategies.find('random').create(context);
  const asked = await strategy.ask(count);
  await strategy.close();
  return asked.map(({ rule }) => rule);
}

/** A process as the dispatchers start it. */
function startProcess() {
  const program = fileURLToPath(new URL('../dist/dispatch/worker.js', import.meta.url));
  return fork(program, [dataDirectory(process.env), String(process.pid)], { serialization: 'advanced' });
}

async function evaluate(child, request) {
  child.send({ request });
  for (;;) {
    const [reply] = await once(child, 'message');
    if (reply.type === 'done') return reply.evaluation;
    if (reply.type === 'threw') throw new Error(reply.thrown.message);
  }
}

async function measure(task, protocol, rules) {
  const child = startProcess();
  await once(child, 'message');
  const idle = memoryOf(child.pid);
  // The first evaluation loads the data and makes the engine allocate: not counted.
  await evaluate(child, { rule: 'g', task, protocol: 'quick', seed: 0 });
  const seconds = [];
  let diverged = 0;
  for (const rule of rules) {
    const before = processorSeconds(child.pid);
    const { status } = await evaluate(child, { rule, task, protocol, seed: 1 });
    seconds.push(Number((processorSeconds(child.pid) - before).toFixed(3)));
    if (status === 'diverged') diverged++;
    if (seconds.length % 10 === 0) console.error(`${task} ${protocol}: ${seconds.length} of ${rules.length}`);
  }
  const memory = memoryOf(child.pid);
  child.kill();
  return { task, protocol, rules: rules.length, diverged, mean: mean(seconds), seconds, idle, memory };
}

const rules = await proposals(Number(values.rules));
const results = [];
for (const task of values.task.split(',')) {
  for (const protocol of values.protocol.split(',')) results.push(await measure(task, protocol, rules));
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
const machine = { model: cpus()[0].model, load: loadavg()[0], node: process.version };
const memory = readFileSync('/proc/meminfo', 'utf8').split('\n')[0];
if (values.json) console.log(JSON.stringify({ machine, results }));
else {
  const head = [
    'task',
    'protocol',
    'rules',
    'diverged',
    's each',
    '10 %',
    'median',
    '90 %',
    'peak MB',
    'own MB',
  ];
  const rows = results.map((one) => [
    one.task,
    one.protocol,
    String(one.rules),
    String(one.diverged),
    one.mean.toFixed(2),
    ...[0.1, 0.5, 0.9].map((share) => quantile(one.seconds, share).toFixed(2)),
    megabytes(one.memory.peak),
    megabytes(one.memory.own),
  ]);
  console.log(`${machine.model}, ${memory}, load ${machine.load.toFixed(1)}`);
  console.log(table([head, ...rows]));
  console.log(`before its first evaluation, a process has ${megabytes(results[0].idle.peak)} MB`);
}
