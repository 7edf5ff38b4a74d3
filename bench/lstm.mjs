/**
 * Milliseconds of processor time of a training step (forward, backward) of networks for sequences at one thread, beside
 * PyTorch's (its nn.LSTM) where a Python has torch (PYTHON=… names one): the character model of shakespeare-lstm, and GNMTs. Our and
 * PyTorch's steps take turns, so that a disturbance meets both: the ratio is the median of the turns' ratios. A round is
 * a new session and a new Python. With --profile, where our time goes.
 *
 *     npm run build && node bench/lstm.mjs [--rounds 2] [--steps 8] [--only gnmt] [--profile] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openModel } from '../dist/nn/index.js';
import { stream } from '../dist/random/index.js';
import { characterModel, evenSizes, gnmtModel } from '../dist/tasks/index.js';
import { profile, showProfile } from './profile.mjs';
import { table } from './text.mjs';
import { openTorch, sideBySide, takeTurns, torchText } from './timing.mjs';

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
      gnmtModel({ ...evenSizes({ layers, width, vocabulary, length }), batch, labelSmoothing: 0.1 }),
    inputs: { source: length * batch, said: length * batch, expected: length * batch },
    vocabulary,
    arguments: ['gnmt', layers, width, vocabulary, length, batch],
  })),
].filter(({ name }) => name.includes(values.only));

/** Random tokens, none of them padding. */
function draw({ inputs, vocabulary }) {
  const numbers = stream(1, 'bench');
  const tokens = (length) => Float32Array.from({ length }, () => 1 + numbers.integer(vocabulary - 1));
  return Object.fromEntries(Object.entries(inputs).map(([name, length]) => [name, tokens(length)]));
}

async function round({ arguments: sizes, ...network }, model) {
  const session = await openModel(model);
  const torch = await openTorch('lstm_torch.py', ...sizes);
  const [weights, gradient, none] = [
    model.initialWeights(1),
    new Float32Array(model.size),
    new Float32Array(),
  ];
  const batch = draw(network);
  const step = () => session.step(batch, weights, none, gradient);
  const turns = await takeTurns(step, torch, torch.steps, Number(values.steps));
  await Promise.all([session.close(), torch.close()]);
  return { turns, version: torch.version };
}

const rows = [];
let version;
for (const network of NETWORKS) {
  const model = network.model();
  const turns = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const taken = await round(network, model);
    turns.push(...taken.turns);
    version = taken.version;
  }
  const arrays = { ...draw(network), weights: model.initialWeights(1) };
  rows.push({
    network: network.name,
    weights: model.size,
    times: sideBySide(turns),
    ...(values.profile && { profile: await profile(model.training, arrays) }),
  });
}
if (values.json) {
  console.log(
    JSON.stringify({ cpu: cpus()[0].model, load: loadavg(), torch: version ?? null, rows }, null, 1),
  );
} else {
  const ms = (times) => (times ? `${times.median.toFixed(1)} (${times.best.toFixed(1)})` : '—');
  const lines = rows.map(({ network, weights, times: { nos, 'nn.LSTM': other } }) => [
    network,
    String(weights),
    ms(nos),
    ms(other),
    other ? other.ratio.toFixed(2) : '—',
  ]);
  console.log(
    `${cpus()[0].model}, load ${loadavg()[0].toFixed(2)}; ${torchText(version)}; median (best) milliseconds of the processor for a step`,
  );
  console.log(table([['network', 'weights', 'nos', 'torch', 'ours ÷ its'], ...lines]));
  for (const { network, profile: kinds } of rows)
    if (kinds) console.log(`${network}, ms a step: ${showProfile(kinds)}`);
}
