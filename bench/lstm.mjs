/**
 * Milliseconds of processor time of a training step (forward, backward) of networks for sequences at one thread, beside
 * PyTorch's (its nn.LSTM) where /usr/bin/python3 has torch: the character model of shakespeare-lstm, and GNMTs. Rounds
 * alternate between the two; median and best, ratio of medians. Time of the processor, not of the wall: other programs
 * disturb it less. With --profile, where our time goes (by the wall).
 *
 *     npm run build && node bench/lstm.mjs [--rounds 2] [--steps 8] [--only gnmt] [--profile] [--json]
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { lower } from '../dist/graph/lower.js';
import { openModel } from '../dist/nn/index.js';
import { stream } from '../dist/random/index.js';
import { characterModel, gnmtModel } from '../dist/tasks/index.js';
import { table } from './text.mjs';
import { summary, torch } from './timing.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    steps: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** [name, vocabulary, width, depth, length, batch] */
const CHARACTERS = [
  ['characters 2×128', 65, 128, 2, 50, 50],
  ['characters 1×512', 65, 512, 1, 25, 64],
];
/** [name, layers, width, vocabulary, length, batch] */
const GNMT = [
  ['gnmt 2×128', 2, 128, 4000, 20, 64],
  ['gnmt 4×256', 4, 256, 4000, 20, 32],
];
const NETWORKS = [
  ...CHARACTERS.map(([name, vocabulary, width, depth, length, batch]) => ({
    name,
    model: () => characterModel({ vocabulary, width, depth, length, batch }),
    inputs: { tokens: length * batch, targets: length * batch },
    vocabulary,
    arguments: ['characters', vocabulary, width, depth, length, batch],
  })),
  ...GNMT.map(([name, layers, width, vocabulary, length, batch]) => ({
    name,
    model: () =>
      gnmtModel({
        layers,
        width,
        sourceVocabulary: vocabulary,
        targetVocabulary: vocabulary,
        sourceLength: length,
        targetLength: length,
        batch,
        labelSmoothing: 0.1,
      }),
    inputs: { source: length * batch, said: length * batch, expected: length * batch },
    vocabulary,
    arguments: ['gnmt', layers, width, vocabulary, length, batch],
  })),
].filter(({ name }) => name.includes(values.only));

/** Milliseconds of this process, all its threads together, in each of `count` calls, after three that warm up. */
async function processorTimes(work, count) {
  const found = [];
  for (let i = 0; i < count + 3; i++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    found.push((user + system) / 1000);
  }
  return found.slice(3);
}

/** Random tokens, none of them padding. */
function draw({ inputs, vocabulary }) {
  const numbers = stream(1, 'bench');
  const tokens = (length) => Float32Array.from({ length }, () => 1 + numbers.integer(vocabulary - 1));
  return Object.fromEntries(Object.entries(inputs).map(([name, length]) => [name, tokens(length)]));
}

/** Milliseconds of each kind of node in one step, the most first, as onnxruntime's profiler counts them. */
async function profile(network) {
  const folder = await mkdtemp(join(tmpdir(), 'nos-profile-'));
  const model = network.model();
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'extended' };
  const session = await InferenceSession.create(lower(model.training), {
    ...options,
    enableMemPattern: false,
    enableProfiling: true,
    profileFilePrefix: join(folder, 'profile'),
  });
  const shapes = new Map(session.inputMetadata.map(({ name, shape }) => [name, shape]));
  const arrays = { ...draw(network), weights: model.initialWeights(1) };
  const feeds = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const key = [...shapes.keys()].find((known) => known.endsWith(name));
      return [key, new Tensor('float32', array, shapes.get(key))];
    }),
  );
  for (let i = 0; i < 3; i++) await session.run(feeds);
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, file), 'utf8'));
  await rm(folder, { recursive: true });
  const sums = new Map();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    sums.set(args.op_name, (sums.get(args.op_name) ?? 0) + dur / 3000);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

const rows = [];
for (const network of NETWORKS) {
  const model = network.model();
  const session = await openModel(model);
  const batch = draw(network);
  const [weights, gradient, none] = [
    model.initialWeights(1),
    new Float32Array(model.size),
    new Float32Array(),
  ];
  const [ours, theirs] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(
      ...(await processorTimes(() => session.step(batch, weights, none, gradient), Number(values.steps))),
    );
    const found = await torch('lstm_torch.py', ...network.arguments.map(String), values.steps);
    theirs.push(...(found?.times ?? []));
  }
  await session.close();
  rows.push({
    network: network.name,
    weights: model.size,
    nos: summary(ours),
    ...(theirs.length > 0 && { torch: summary(theirs) }),
    ...(values.profile && { profile: await profile(network) }),
  });
}
if (values.json) {
  console.log(JSON.stringify({ cpu: cpus()[0].model, load: loadavg(), rows }, null, 1));
} else {
  const ms = (times) => (times ? `${times.median.toFixed(1)} (${times.best.toFixed(1)})` : '—');
  const lines = rows.map(({ network, weights, nos, torch: other }) => [
    network,
    String(weights),
    ms(nos),
    ms(other),
    other ? (nos.median / other.median).toFixed(2) : '—',
  ]);
  console.log(
    `${cpus()[0].model}, load ${loadavg()[0].toFixed(2)}; median (best) milliseconds of the processor for a step`,
  );
  console.log(table([['network', 'weights', 'nos', 'torch', 'ours ÷ its'], ...lines]));
  for (const { network, profile: kinds = [] } of rows) {
    if (kinds.length === 0) continue;
    const shown = kinds.slice(0, 8).map(([name, time]) => `${name} ${time.toFixed(1)}`);
    console.log(`${network}, ms a step: ${shown.join(', ')}`);
  }
}
