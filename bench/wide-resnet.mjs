/**
 * Milliseconds of a training step (forward, backward; batch 128) of Wide ResNets at one thread, beside PyTorch's where
 * /usr/bin/python3 has torch. Rounds alternate between the two, so that a disturbance meets both; medians, ratio of medians.
 *
 *     npm run build && node bench/wide-resnet.mjs [--sizes 10-2,16-1] [--rounds 2] [--steps 8] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildClassifier, openModel } from '../dist/nn/index.js';
import { stream } from '../dist/random/index.js';
import { resolveTask } from '../dist/tasks/index.js';
import { table } from './text.mjs';
import { summary, times, torch } from './timing.mjs';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10-2,16-1' },
    rounds: { type: 'string', default: '2' },
    steps: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
const SIZES = values.sizes.split(',');
const BATCH = 128;

async function openStep(size) {
  const [depth, widening] = size.split('-');
  const { classifier: task } = await resolveTask(
    `cifar10-wide-resnet(depth=${depth},widening=${widening},batch=${BATCH})`,
  );
  const classifier = buildClassifier(task);
  const session = await openModel(classifier);
  const numbers = stream(1, 'bench');
  const inputs = Float32Array.from({ length: BATCH * 3072 }, () => numbers.normal());
  const targets = Float32Array.from({ length: BATCH * 10 }, (_, i) =>
    i % 10 === Math.floor(i / 10) % 10 ? 1 : 0,
  );
  const [weights, buffers] = [classifier.initialWeights(1), classifier.initialBuffers()];
  const gradient = new Float32Array(classifier.size);
  return {
    weights: classifier.size,
    step: () => session.step({ inputs, targets }, weights, buffers, gradient),
    close: () => session.close(),
  };
}

const measured = {};
const note = (name, list) => {
  measured[name] = [...(measured[name] ?? []), ...list];
};
const sizes = {};
for (let round = 0; round < Number(values.rounds); round++) {
  for (const size of SIZES) {
    const network = await openStep(size);
    sizes[size] = network.weights;
    note(`${size} nos`, await times(network.step, Number(values.steps)));
    await network.close();
    const reference = await torch('wide_resnet_torch.py', size, `${BATCH}`, values.steps);
    for (const [layout, list] of Object.entries(reference?.times ?? {}))
      note(`${size} torch ${layout}`, list);
  }
}
const medians = Object.fromEntries(Object.entries(measured).map(([name, list]) => [name, summary(list)]));
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ cpu: cpus()[0].model, load: loadavg(), sizes, times: medians }, null, 1)}\n`,
  );
} else {
  const rows = Object.entries(medians).map(([name, { median, best }]) => [
    name,
    String(sizes[name.split(' ')[0]]),
    median.toFixed(0),
    best.toFixed(0),
    (medians[`${name.split(' ')[0]} nos`].median / median).toFixed(2),
  ]);
  console.log(`${cpus()[0].model}, load ${loadavg()[0].toFixed(2)}`);
  console.log(table([['network', 'weights', 'step ms', 'best', 'ours ÷ it'], ...rows]));
}
