/**
 * Milliseconds of the LSTM controller at its paper size (hidden 150): sampling a batch, an update by each
 * algorithm, and a checkpoint as text. Medians; the kinds of work alternate, so that a disturbance meets all of them.
 * Beside them the seconds of one evaluation on CIFAR-10 under protocol `quick`, and the share of a search's time on one core
 * that the controller takes.
 *
 *     npm run build && node bench/controller.mjs [--json]
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { algorithms, createController, parameterCount } from '../dist/controller/index.js';
import { dataDirectory } from '../dist/data/index.js';
import { openEvaluator } from '../dist/evaluate/index.js';
import { paperSpace } from './hidden-string.mjs';
import { table } from './text.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const BATCH = 5;
const ROUNDS = 100;

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];

async function timed(times, work) {
  const start = performance.now();
  const result = await work();
  times.push(performance.now() - start);
  return result;
}

async function measure(iterations) {
  const space = paperSpace(iterations);
  const size = { hidden: 150, embedding: 150 };
  const learners = algorithms.entries.map((algorithm) => ({
    controller: createController({ space, seed: 1, ...size, algorithm, options: {} }),
    times: { sampling: [], update: [], checkpoint: [] },
    bytes: 0,
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const learner of learners) {
      const { controller, times } = learner;
      const samples = await timed(times.sampling, () => controller.sample(BATCH));
      const scored = samples.map((sample, i) => ({ ...sample, reward: ((round + i) % 7) / 7 }));
      await timed(times.update, () => controller.learn(scored));
      const text = await timed(times.checkpoint, async () => JSON.stringify(controller.state()));
      learner.bytes = text.length;
    }
  }
  for (const { controller } of learners) await controller.close();
  return learners.map(({ times, bytes }, i) => ({
    algorithm: algorithms.names[i],
    tokens: space.vocabularies.length,
    parameters: parameterCount({ vocabularies: space.vocabularies, ...size }),
    samplingMs: median(times.sampling),
    updateMs: median(times.update),
    checkpointMs: median(times.checkpoint),
    checkpointBytes: bytes,
  }));
}

/** Seconds of one evaluation of Adam, the second of two: the first makes the engine allocate. */
async function evaluationSeconds() {
  const request = { rule: 'adam', task: 'cifar10-convnet', protocol: 'quick', seed: 1 };
  const evaluator = await openEvaluator({ task: request.task, directory: dataDirectory(process.env) });
  await evaluator.evaluate(request);
  const { seconds } = await evaluator.evaluate(request);
  await evaluator.close();
  return seconds;
}

const evaluation = await evaluationSeconds();
const rows = [];
for (const iterations of [2, 3]) rows.push(...(await measure(iterations)));
for (const row of rows) {
  const own = (row.samplingMs + row.updateMs + row.checkpointMs) / 1000;
  row.share = own / (own + BATCH * evaluation);
}
const machine = {
  cpu: cpus()[0]?.model,
  cores: availableParallelism(),
  load: loadavg()[0],
  node: process.version,
};

if (values.json) {
  console.log(
    JSON.stringify({ benchmark: 'controller', batch: BATCH, rounds: ROUNDS, machine, evaluation, rows }),
  );
} else {
  const head = [
    'algorithm',
    'tokens',
    'parameters',
    'sample ms',
    'update ms',
    'checkpoint ms',
    'MB',
    'share',
  ];
  const cells = rows.map((row) => [
    row.algorithm,
    String(row.tokens),
    String(row.parameters),
    ...[row.samplingMs, row.updateMs, row.checkpointMs].map((time) => time.toFixed(2)),
    (row.checkpointBytes / 1e6).toFixed(2),
    `${(100 * row.share).toFixed(2)} %`,
  ]);
  console.log(
    `batch ${BATCH}, medians of ${ROUNDS}; ${machine.cpu}, node ${machine.node}, load ${machine.load.toFixed(1)}`,
  );
  console.log(table([head, ...cells]));
  console.log(
    `share: of a search of cifar10-convnet under quick, one core, ${evaluation.toFixed(1)} s an evaluation`,
  );
}
