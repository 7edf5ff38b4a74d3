/**
 * Milliseconds of the paper's child (NOS §4.2) at one thread: a training step (forward, backward; batch 100), the logits
 * of 100 examples, the step of an update rule over its weights; beside PyTorch's where /usr/bin/python3 has torch.
 * Rounds alternate between the two, so that a disturbance meets both. Medians and best; the ratio is of medians.
 *
 *     npm run build && node bench/step.mjs [--rounds 3] [--steps 20] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildClassifier, openModel } from '../dist/nn/index.js';
import { stream } from '../dist/random/index.js';
import { compileRule, resolveRule } from '../dist/rules/index.js';
import { resolveTask } from '../dist/tasks/index.js';
import { table } from './text.mjs';
import { summary, times, torch } from './timing.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(values.rounds);
const STEPS = Number(values.steps);
const TASKS = { max: 'cifar10-convnet', none: 'cifar10-convnet-nopool' };
const RULES = ['sgd', 'momentum', 'adam', 'powersign', 'g + drop(m, 0.3)'];

async function openChild(name) {
  const classifier = buildClassifier((await resolveTask(name)).classifier);
  const numbers = stream(1, 'bench');
  const inputs = Float32Array.from({ length: 100 * 3072 }, () => numbers.normal());
  const targets = Float32Array.from({ length: 1000 }, (_, i) => (i % 10 === Math.floor(i / 10) % 10 ? 1 : 0));
  const weights = classifier.initialWeights(1);
  const buffers = classifier.initialBuffers();
  const gradient = new Float32Array(classifier.size);
  const session = await openModel(classifier);
  return {
    size: classifier.size,
    work: {
      step: () => session.step({ inputs, targets }, weights, buffers, gradient),
      logits: () => session.evaluate({ inputs }, weights, buffers),
    },
    close: () => session.close(),
  };
}

/** Milliseconds of one rule's step over `size` weights. */
async function ruleStep(text, size) {
  const numbers = stream(1, 'bench', text);
  const weights = Float32Array.from({ length: size }, () => numbers.normal());
  const gradient = Float32Array.from({ length: size }, () => numbers.normal());
  const stepper = compileRule(resolveRule(text)).start({ size, steps: 10_000, seed: 1 });
  return summary(await times(() => stepper.step(weights, gradient, 1e-6), 200));
}

async function main() {
  const children = {};
  for (const [pool, name] of Object.entries(TASKS)) children[pool] = await openChild(name);
  const measured = {};
  const note = (who, what, list) => {
    measured[who] ??= {};
    measured[who][what] = [...(measured[who][what] ?? []), ...list];
  };
  let version;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [pool, { work }] of Object.entries(children)) {
      for (const what of ['step', 'logits']) note(`${pool} nos`, what, await times(work[what], STEPS));
    }
    const reference =
      round === 0 || version !== undefined ? await torch('step_torch.py', `${STEPS}`) : undefined;
    version = reference?.version;
    for (const [who, all] of Object.entries(reference?.times ?? {})) {
      for (const [what, list] of Object.entries(all)) note(`${who.replace(' ', ' torch ')}`, what, list);
    }
  }
  const rules = {};
  for (const text of RULES) rules[text] = await ruleStep(text, children.max.size);
  for (const child of Object.values(children)) await child.close();
  report(measured, rules, version);
}

function report(measured, rules, version) {
  const times = Object.fromEntries(
    Object.entries(measured).map(([who, all]) => [
      who,
      { step: summary(all.step), logits: summary(all.logits) },
    ]),
  );
  if (values.json) {
    const machine = { cpu: cpus()[0].model, load: loadavg() };
    process.stdout.write(`${JSON.stringify({ machine, torch: version ?? null, times, rules }, null, 1)}\n`);
    return;
  }
  const children = [['child', 'step ms', 'best', 'ours / it', 'logits ms', 'best', 'ours / it']];
  for (const [who, { step, logits }] of Object.entries(times)) {
    const ours = times[`${who.split(' ')[0]} nos`];
    const cells = (what, own) => [
      what.median.toFixed(1),
      what.best.toFixed(1),
      (own.median / what.median).toFixed(2),
    ];
    children.push([who, ...cells(step, ours.step), ...cells(logits, ours.logits)]);
  }
  const steps = [['rule over the weights', 'ms', 'best']];
  for (const [text, { median, best }] of Object.entries(rules)) {
    steps.push([text, median.toFixed(3), best.toFixed(3)]);
  }
  const load = loadavg()[0].toFixed(2);
  process.stdout.write(
    `${cpus()[0].model}, load ${load}; torch ${version ?? 'not found'}\n${table(children)}\n\n${table(steps)}\n`,
  );
}

await main();
