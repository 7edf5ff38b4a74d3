// The reference rules under protocol `paper`, beside an independent PyTorch training of the same child.
//   node bench/reference.mjs -o FILE [--seeds 5] [--workers 2] [--json]
// Writes one JSON line an evaluation to FILE as it ends, and skips those that FILE has: stop it and start it again.
import { fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { fingerprint, openEvaluator } from '../dist/evaluate/index.js';
import { mean, standardDeviation, table } from './text.mjs';

const TASK = 'cifar10-convnet';
const PROTOCOL = 'paper';
/**
 * Validation accuracy, mean of ten seeds, of a PyTorch training of the same child under the same protocol. RMSProp's is at the learning rate
 * 1e-3, which our sweep chooses (reference_torch.py rmsprop 1e-3 1 2 3 4 5 6 7 8 9 10); at 1e-2, which PyTorch's chose, it is 0.566.
 */
const PYTORCH = { sgd: 0.562, momentum: 0.604, adam: 0.605, rmsprop: 0.581, powersign: 0.609 };
/** How far a mean of five seeds may be from it. */
const TOLERANCE = 0.025;

if (process.send) await work();
else await direct();

/** A worker process: evaluates what its parent names, one at a time. */
async function work() {
  const evaluator = await openEvaluator({ task: TASK, directory: dataDirectory(process.env) });
  process.on('message', async ({ rule, seed }) => {
    process.send({ evaluation: await evaluator.evaluate({ rule, task: TASK, protocol: PROTOCOL, seed }) });
  });
  process.on('disconnect', () => process.exit());
  process.send({ ready: true });
}

async function direct() {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', short: 'o' },
      seeds: { type: 'string', default: '5' },
      workers: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  if (!values.output) throw new Error('expected -o FILE');
  const done = await finished(values.output);
  const jobs = wanted(Number(values.seeds)).filter((job) => !done.some((line) => same(line, job)));
  console.error(`${done.length} evaluations done, ${jobs.length} to do`);
  await evaluateAll(jobs, Math.min(Number(values.workers), jobs.length), (evaluation) => {
    appendFileSync(values.output, `${JSON.stringify(evaluation)}\n`);
    done.push(evaluation);
  });
  report(done, values.json);
}

function wanted(seeds) {
  const rules = Object.keys(PYTORCH);
  return Array.from({ length: seeds }, (_, i) => rules.map((rule) => ({ rule, seed: i + 1 }))).flat();
}

function same(a, b) {
  return a.rule === b.rule && a.seed === b.seed;
}

/** The evaluations in the file that this machine would repeat to the bit; a torn last line is none. */
async function finished(path) {
  if (!existsSync(path)) return [];
  const machine = await fingerprint();
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    })
    .filter((line) => line.fingerprint === machine);
}

function evaluateAll(jobs, workers, onEvaluation) {
  const queue = [...jobs];
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = fork(fileURLToPath(import.meta.url));
      const next = () => {
        const job = queue.shift();
        if (job) worker.send(job);
        else worker.disconnect();
      };
      worker.on('message', ({ evaluation }) => {
        if (evaluation) {
          onEvaluation(evaluation);
          const { rule, seed, reward, learningRate, seconds } = evaluation;
          console.error(`${rule} seed ${seed}: ${reward} at ${learningRate}, ${seconds.toFixed(0)} s`);
        }
        next();
      });
      worker.on('exit', (code) => (code ? reject(new Error(`a worker ended with code ${code}`)) : resolve()));
    });
  return Promise.all(Array.from({ length: workers }, one));
}

function report(evaluations, json) {
  const rows = Object.entries(PYTORCH).map(([rule, pytorch]) => {
    const ours = evaluations.filter((evaluation) => evaluation.rule === rule);
    const rewards = ours.map(({ reward }) => reward);
    const difference = mean(rewards) - pytorch;
    return {
      rule,
      pytorch,
      mean: mean(rewards),
      deviation: standardDeviation(rewards),
      seeds: rewards.length,
      difference,
      within: Math.abs(difference) <= TOLERANCE,
      learningRates: [...new Set(ours.map(({ learningRate }) => learningRate))].sort((a, b) => a - b),
      seconds: mean(ours.map(({ seconds }) => seconds)),
    };
  });
  if (json) {
    console.log(JSON.stringify({ task: TASK, protocol: PROTOCOL, tolerance: TOLERANCE, rows }, null, 2));
    return;
  }
  const cells = rows.map((row) => [
    row.rule,
    row.mean.toFixed(3),
    row.deviation.toFixed(3),
    String(row.seeds),
    row.pytorch.toFixed(3),
    `${row.difference < 0 ? '−' : '+'}${Math.abs(row.difference).toFixed(3)}`,
    row.within ? 'yes' : 'NO',
    row.learningRates.join(', '),
    row.seconds.toFixed(0),
  ]);
  const head = ['rule', 'mean', 'sd', 'seeds', 'PyTorch', 'difference', `±${TOLERANCE}`, 'λ', 's each'];
  console.log(table([head, ...cells]));
}
