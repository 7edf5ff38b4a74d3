/**
 * What a trial of a program takes beside the program run by hand: both in turn, by the wall, so that the machine is the same for both.
 *
 *     npm run build && node bench/task-command.mjs [--pairs 15] [--json]
 *
 * `sleep` is a program that takes a second, and `train.mjs` the training of `examples/program/`. A trial is an evaluation by a worker process, as
 * a search has it made: the rule written for the framework, a folder, the program under its supervisor, the result read, the folder
 * removed. Medians, and the median of what a trial takes more than the run before it. `processor` is what the worker and the supervisor take of a
 * core for a trial, whatever else the machine does (Linux).
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { taskReference } from '../dist/tasks/index.js';
import { childrenOf, processorSeconds } from './processes.mjs';
import { median, table } from './text.mjs';

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
});
const pairs = Number(values.pairs);

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nos-bench-'));
const optimizer = join(folder, 'optimizer.mjs');
const exported = ['bin/nos', 'export', 'adam', '--to', 'javascript', '--name', 'FoundOptimizer'];
writeFileSync(optimizer, execFileSync(process.execPath, exported, { cwd: root }));
const arguments_ = `--optimizer ${optimizer}:FoundOptimizer --lr 0.01 --seed 1 --steps 200`;

/** A program, how it is run by hand, and its task file. */
const programs = [
  { name: 'sleep', command: `sh -c 'sleep 1; echo loss=0.5'`, directory: folder },
  { name: 'train.mjs', command: 'node train.mjs', directory: join(root, 'examples/program') },
].map((program) => {
  const task = join(folder, `${program.name.replace('.', '-')}.task.json`);
  const record = {
    framework: 'javascript',
    metric: 'loss',
    goal: 'minimise',
    steps: 200,
    learningRates: [0.01],
  };
  const { command, directory } = program;
  writeFileSync(task, JSON.stringify({ ...record, command: `${command} ${'${args}'}`, directory }));
  return { ...program, task };
});

/** Milliseconds by the wall. */
async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function byHand({ command, directory }) {
  const child = spawn('/bin/sh', ['-c', `${command} ${arguments_}`], {
    cwd: directory,
    // As a trial has it, and a shell would: a session of its own, which the system gives a share of its own.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command}: exit code ${code}`);
}

/** A process as the dispatchers start it. */
function startProcess() {
  const program = join(root, 'dist/dispatch/worker.js');
  return fork(program, [folder, String(process.pid)], { serialization: 'advanced' });
}

async function trial(worker, task, seed) {
  worker.send({ request: { rule: 'adam', task, protocol: 'own', seed } });
  for (;;) {
    const [reply] = await once(worker, 'message');
    if (reply.type === 'threw') throw new Error(reply.thrown.message);
    if (reply.type !== 'done') continue;
    if (reply.evaluation.status !== 'ok') throw new Error(`${task}: ${reply.evaluation.error}`);
    return;
  }
}

async function measure(program) {
  const worker = startProcess();
  await once(worker, 'message');
  const task = await taskReference(program.task);
  // The first trial starts the supervisor.
  await trial(worker, task, 0);
  const own = [worker.pid, ...childrenOf(worker.pid)];
  const processor = () => own.reduce((sum, pid) => sum + 1_000 * processorSeconds(pid), 0);
  const before = processor();
  const times = [];
  for (let i = 1; i <= pairs; i++) {
    times.push([await timed(() => byHand(program)), await timed(() => trial(worker, task, i))]);
    console.error(`${program.name}: ${i} of ${pairs}`);
  }
  const perTrial = (processor() - before) / pairs;
  worker.kill();
  return {
    program: program.name,
    hand: median(times.map(([hand]) => hand)),
    trial: median(times.map(([, own]) => own)),
    more: median(times.map(([hand, own]) => own - hand)),
    processor: perTrial,
  };
}

try {
  const results = [];
  for (const program of programs) results.push(await measure(program));
  const machine = { model: cpus()[0].model, load: loadavg()[0], node: process.version };
  if (values.json) console.log(JSON.stringify({ machine, pairs, results }));
  else {
    console.log(`${machine.model}, Node.js ${machine.node}, load ${machine.load.toFixed(1)}, ${pairs} pairs`);
    const rows = results.map(({ program, hand, trial, more, processor }) => [
      program,
      ...[hand, trial, more].map((ms) => ms.toFixed(0)),
      `${((100 * more) / hand).toFixed(1)} %`,
      processor.toFixed(0),
    ]);
    console.log(
      table([['program', 'by hand, ms', 'a trial, ms', 'more, ms', 'share', 'processor, ms'], ...rows]),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
