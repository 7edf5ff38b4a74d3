/**
 * Milliseconds of processor time of the paper's child (NOS §4.2) at one thread: a training step (forward, backward; batch
 * 100), the logits of 100 examples, the step of an update rule over its weights; beside PyTorch's where a Python
 * has torch (PYTHON=… names one). Ours and PyTorch's take turns, so that a disturbance meets both: the ratio is the median of the turns' ratios.
 * A round is a new session and a new Python.
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
import { openTorch, sideBySide, summary, takeTurns, times, torchText } from './timing.mjs';

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

async function round(turns) {
  const torch = await openTorch('step_torch.py');
  for (const [pool, task] of Object.entries(TASKS)) {
    const child = await openChild(task);
    for (const [what, work] of Object.entries(child.work)) {
      const key = `${pool} ${what}`;
      const names = torch.steps.filter((name) => name.startsWith(key));
      turns[key] = [...(turns[key] ?? []), ...(await takeTurns(work, torch, names, STEPS))];
    }
    await child.close();
  }
  await torch.close();
  return torch.version;
}

function report(measured, rules, version) {
  const times = Object.fromEntries(Object.entries(measured).map(([key, turns]) => [key, sideBySide(turns)]));
  if (values.json) {
    const machine = { cpu: cpus()[0].model, load: loadavg() };
    process.stdout.write(`${JSON.stringify({ machine, torch: version ?? null, times, rules }, null, 1)}\n`);
    return;
  }
  const children = [['child', '', 'ms', 'best', 'ours ÷ it']];
  for (const [key, all] of Object.entries(times)) {
    for (const [name, { median, best, ratio }] of Object.entries(all)) {
      const who = name === 'nos' ? name : `torch ${name.slice(key.length + 1)}`;
      children.push([key, who, median.toFixed(1), best.toFixed(1), ratio.toFixed(2)]);
    }
  }
  const steps = [['rule over the weights', 'ms', 'best']];
  for (const [text, { median, best }] of Object.entries(rules)) {
    steps.push([text, median.toFixed(3), best.toFixed(3)]);
  }
  const load = loadavg()[0].toFixed(2);
  process.stdout.write(
    `${cpus()[0].model}, load ${load}; ${torchText(version)}\n${table(children)}\n\n${table(steps)}\n`,
  );
}

const measured = {};
let version;
for (let i = 0; i < ROUNDS; i++) version = await round(measured);
const { size } = buildClassifier((await resolveTask(TASKS.max)).classifier);
const rules = {};
for (const text of RULES) rules[text] = await ruleStep(text, size);
report(measured, rules, version);
