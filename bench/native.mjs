/**
 * Both engines in turns: milliseconds of processor time per training step, median (best), and the median of the turns' ratios. Beside them
 * stands how fast the processor multiplied and added in the same turns, and the native engine's milliseconds on a processor of
 * 173 GFLOP/s, so that figures of different machines compare.
 *
 *     node bench/native.mjs [--rounds 3] [--steps 5] [--only child,characters] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openEvaluator } from '../dist/evaluate/index.js';
import { createSession } from '../dist/graph/index.js';
import { buildClassifier } from '../dist/nn/index.js';
import { stream } from '../dist/random/index.js';
import { characterModel } from '../dist/tasks/character-model.js';
import { gnmtModel, resolveTask } from '../dist/tasks/index.js';
import { wideResnet } from '../dist/tasks/wide-resnet.js';
import { userDirectories } from '../dist/user-directories.js';
import { openPeak, REFERENCE_PEAK } from './peak.mjs';
import { median } from './text.mjs';
import { summary } from './timing.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '5' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];

const classifier = async (task) => buildClassifier((await resolveTask(task)).classifier);
const wideResNet = (depth) =>
  buildClassifier({
    network: wideResnet({ depth, widening: 1, classes: 10, dropout: 0 }),
    inputShape: [3, 32, 32],
    classes: 10,
    batchSize: 128,
  });

const networks = {
  child: ['child, step of 100', () => classifier('cifar10-convnet')],
  nopool: ['child without pools', () => classifier('cifar10-convnet-nopool')],
  logits: ['logits of 100', () => classifier('cifar10-convnet'), 'evaluation'],
  'wrn-10-1': ['Wide ResNet 10-1, step of 128', async () => wideResNet(10)],
  'wrn-16-1': ['Wide ResNet 16-1, step of 128', async () => wideResNet(16)],
  characters: [
    'character LSTM 2 × 128, 50 steps, batch 50',
    async () => characterModel({ vocabulary: 65, width: 128, depth: 2, length: 50, batch: 50 }),
  ],
  gnmt: [
    'GNMT 2 + 2 layers of 128, 20 steps, batch 64',
    async () =>
      gnmtModel({
        layers: 2,
        width: 128,
        sourceVocabulary: 4000,
        targetVocabulary: 4000,
        sourceLength: 20,
        targetLength: 20,
        batch: 64,
        labelSmoothing: 0.1,
        dropout: 0.2,
      }),
  ],
};
const chosen = values.only?.split(',') ?? [...Object.keys(networks), 'digits'];

const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** Plausible numbers for every input of a graph. */
function feedsOf(model, inputs) {
  const random = stream(1, 'bench native');
  const isToken = (name, shape) => shape.length === 1 && !['weights', 'buffers'].includes(name);
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      if (name === 'weights') return [name, model.initialWeights(1)];
      if (name === 'buffers') return [name, model.initialBuffers()];
      if (name === 'targets' && shape.length === 2) {
        const [, classes] = shape;
        return [
          name,
          Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i % (classes + 1) === 0 ? 1 : 0)),
        ];
      }
      const isWhole = isToken(name, shape) || ['source', 'said', 'expected'].includes(name);
      const draw = name.startsWith('mask.')
        ? () => 1
        : isWhole
          ? () => random.integer(60)
          : () => random.normal();
      return [name, Float32Array.from({ length: sizeOf(shape) }, draw)];
    }),
  );
}

async function milliseconds(run, count = steps) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times;
}

const peak = await openPeak();
const figures = {};

/** Runs two things in turns, and the measurement of the processor with them. */
async function compare(key, title, runs, count) {
  const all = { onnxruntime: [], native: [] };
  const turns = [];
  await Promise.all(Object.values(runs).map((run) => run()));
  for (let round = 0; round < rounds; round++) {
    const turn = { gigaflops: peak() };
    for (const engine of ['onnxruntime', 'native']) {
      const times = await milliseconds(runs[engine], count);
      all[engine].push(...times);
      turn[engine] = median(times);
    }
    turns.push(turn);
  }
  figures[key] = {
    title,
    onnxruntime: summary(all.onnxruntime),
    native: summary(all.native),
    ratio: median(turns.map((turn) => turn.onnxruntime / turn.native)),
    gigaflops: median(turns.map((turn) => turn.gigaflops)),
    scaled: median(turns.map((turn) => (turn.native * turn.gigaflops) / REFERENCE_PEAK)),
  };
  if (!values.json) console.log(row(figures[key]));
}

const show = ({ median: middle, best }) => `${middle.toPrecision(3)} (${best.toPrecision(3)})`;
const row = ({ title, onnxruntime, native, ratio, gigaflops, scaled }) =>
  `| ${title} | ${show(onnxruntime)} | ${show(native)} | ${ratio.toFixed(2)} | ${gigaflops.toFixed(0)} | ${scaled.toPrecision(3)} |`;

if (!values.json) {
  console.log(
    `| processor ms, median (best) | onnxruntime | native | onnxruntime ÷ native | peak, GFLOP/s | native at ${REFERENCE_PEAK} GFLOP/s |`,
  );
  console.log('|---|---|---|---|---|---|');
}
for (const [key, [title, build, kind = 'training']] of Object.entries(networks)) {
  if (!chosen.includes(key)) continue;
  const model = await build();
  const sessions = {
    onnxruntime: await createSession(model[kind]),
    native: await createSession(model.plain()[kind], 'native'),
  };
  const feeds = feedsOf(model, sessions.native.inputs);
  const runs = Object.entries(sessions).map(([engine, session]) => {
    const results = Object.fromEntries(
      session.outputs.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
    );
    return [engine, () => session.run(feeds, results)];
  });
  await compare(key, title, Object.fromEntries(runs));
  await Promise.all(Object.values(sessions).map((session) => session.close()));
}
if (chosen.includes('digits')) {
  const directory = userDirectories().data;
  const evaluators = {};
  for (const engine of ['onnxruntime', 'native']) {
    process.env.NOS_ENGINE = engine;
    evaluators[engine] = await openEvaluator({ task: 'digits-mlp', directory });
  }
  const request = { rule: 'adam', task: 'digits-mlp', protocol: 'quick', seed: 1 };
  const runs = Object.entries(evaluators).map(([engine, evaluator]) => [
    engine,
    () => {
      process.env.NOS_ENGINE = engine;
      return evaluator.evaluate(request);
    },
  ]);
  await compare('digits', 'digits-mlp, whole `quick` evaluation', Object.fromEntries(runs));
}
if (values.json) {
  const machine = { processor: cpus()[0].model, node: process.version, load: loadavg()[0] };
  console.log(JSON.stringify({ ...machine, referenceGigaflops: REFERENCE_PEAK, figures }, null, 2));
}
