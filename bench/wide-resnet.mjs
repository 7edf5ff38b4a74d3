/**
 * Milliseconds of processor time of a training step (forward, backward; batch 128) of Wide ResNets at one thread, beside
 * PyTorch's where a Python has torch (PYTHON=… names one). Ours and PyTorch's steps take turns, so that a disturbance meets both: the
 * ratio is the median of the turns' ratios. A round is a new session and a new Python. With --profile, where our time goes.
 *
 *     npm run build && node bench/wide-resnet.mjs [--sizes 10-2,16-1] [--rounds 2] [--steps 8] [--profile] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildClassifier, openModel } from '../dist/nn/index.js';
import { stream } from '../dist/random/index.js';
import { resolveTask } from '../dist/tasks/index.js';
import { profile, showProfile } from './profile.mjs';
import { table } from './text.mjs';
import { openTorch, sideBySide, takeTurns, torchText } from './timing.mjs';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10-2,16-1' },
    rounds: { type: 'string', default: '2' },
    steps: { type: 'string', default: '8' },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const BATCH = 128;

async function build(size) {
  const [depth, widening] = size.split('-');
  const { classifier: task } = await resolveTask(
    `cifar10-wide-resnet(depth=${depth},widening=${widening},batch=${BATCH})`,
  );
  return buildClassifier(task);
}

function draw() {
  const numbers = stream(1, 'bench');
  return {
    inputs: Float32Array.from({ length: BATCH * 3072 }, () => numbers.normal()),
    targets: Float32Array.from({ length: BATCH * 10 }, (_, i) =>
      i % 10 === Math.floor(i / 10) % 10 ? 1 : 0,
    ),
  };
}

async function round(size, model) {
  const session = await openModel(model);
  const torch = await openTorch('wide_resnet_torch.py', size, BATCH);
  const [weights, buffers] = [model.initialWeights(1), model.initialBuffers()];
  const [batch, gradient] = [draw(), new Float32Array(model.size)];
  const step = () => session.step(batch, weights, buffers, gradient);
  const turns = await takeTurns(step, torch, torch.steps, Number(values.steps));
  await Promise.all([session.close(), torch.close()]);
  return { turns, version: torch.version };
}

const rows = [];
let version;
for (const size of values.sizes.split(',')) {
  const model = await build(size);
  const turns = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const taken = await round(size, model);
    turns.push(...taken.turns);
    version = taken.version;
  }
  const arrays = { ...draw(), weights: model.initialWeights(1), buffers: model.initialBuffers() };
  rows.push({
    network: size,
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
  const lines = rows.flatMap(({ network, weights, times }) =>
    Object.entries(times).map(([name, { median, best, ratio }]) => [
      network,
      String(weights),
      name === 'nos' ? name : `torch ${name}`,
      median.toFixed(0),
      best.toFixed(0),
      ratio.toFixed(2),
    ]),
  );
  console.log(`${cpus()[0].model}, load ${loadavg()[0].toFixed(2)}; ${torchText(version)}`);
  console.log(table([['network', 'weights', '', 'step ms', 'best', 'ours ÷ it'], ...lines]));
  for (const { network, profile: kinds } of rows)
    if (kinds) console.log(`${network}, ms a step: ${showProfile(kinds)}`);
}
