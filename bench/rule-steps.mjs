/**
 * Milliseconds of one step of a rule over the weights of the paper's child (30,700), compiled and interpreted. Medians;
 * the rules take turns, so that a disturbance meets all of them.
 *
 *     npm run build && node bench/rule-steps.mjs [--json]
 *     npm run build && node bench/rule-steps.mjs --beside COMMIT     # what a step takes, divided by what it took there
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { stream } from '../dist/random/index.js';
import { compileRule, interpretRule, resolveRule, ruleCost } from '../dist/rules/index.js';
import { root, withCommit } from './other-commit.mjs';
import { median, table } from './text.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, beside: { type: 'string' } },
});
const WEIGHTS = 30_700;
const ROUNDS = 9;
/** Times that either commit is measured, in turn. */
const TURNS = 7;
const STEPS = 20;
const RULES = [
  'sgd',
  'momentum',
  'adam',
  'rmsprop',
  'lion',
  'powersign',
  'optimizer1',
  'optimizer2',
  'noise',
];

const source = stream(1, 'rule steps');
const initial = Float32Array.from({ length: WEIGHTS }, () => 0.1 * source.normal());
const gradient = Float32Array.from({ length: WEIGHTS }, () => 0.01 * source.normal());

/** A training that can be timed: milliseconds per step of its next steps. */
function training(rule) {
  const stepper = rule.start({ size: WEIGHTS, steps: 10_000, seed: 1 });
  const weights = initial.slice();
  return (steps) => {
    const start = performance.now();
    for (let step = 0; step < steps; step++) {
      if (!stepper.step(weights, gradient, 1e-6)) throw new Error('a weight is not finite');
    }
    return (performance.now() - start) / steps;
  };
}

if (values.beside === undefined) show(measured());
else withCommit(values.beside, beside);

function measured() {
  const trainings = RULES.map((name) => {
    const rule = resolveRule(name);
    return {
      name,
      cost: ruleCost(rule),
      compiled: training(compileRule(rule)),
      interpreted: training(interpretRule(rule)),
    };
  });
  const times = trainings.map(() => ({ compiled: [], interpreted: [] }));
  for (const { compiled, interpreted } of trainings) {
    compiled(STEPS);
    interpreted(2);
  }
  for (let round = 0; round < ROUNDS; round++) {
    trainings.forEach(({ compiled, interpreted }, i) => {
      times[i].compiled.push(compiled(STEPS));
      times[i].interpreted.push(interpreted(2));
    });
  }

  return trainings.map(({ name, cost }, i) => ({
    rule: name,
    ...cost,
    compiled: median(times[i].compiled),
    interpreted: median(times[i].interpreted),
  }));
}

function show(results) {
  if (values.json) {
    console.log(
      JSON.stringify({ weights: WEIGHTS, cpu: cpus()[0]?.model, load: loadavg()[0], results }, null, 2),
    );
  } else {
    const rows = results.map((r) => [
      r.rule,
      String(r.slots),
      String(r.flopsPerWeight),
      r.compiled.toFixed(3),
      r.interpreted.toFixed(2),
    ]);
    console.log(table([['rule', 'slots', 'flops/weight', 'ms compiled', 'ms interpreted'], ...rows]));
  }
}

/** Both commits in turn, each in a process of its own: medians of the ratios of a turn. */
function beside(folder) {
  const measure = (at) =>
    JSON.parse(execFileSync('node', ['bench/rule-steps.mjs', '--json'], { cwd: at, encoding: 'utf8' }))
      .results;
  const turns = Array.from({ length: TURNS }, (_, i) => {
    const [first, second] = (i % 2 === 0 ? [root, folder] : [folder, root]).map(measure);
    return i % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first };
  });
  const ratio = (i, of) => median(turns.map(({ ours, theirs }) => ours[i][of] / theirs[i][of])).toFixed(2);
  const rows = RULES.map((rule, i) => [rule, ratio(i, 'compiled'), ratio(i, 'interpreted')]);
  console.log(`a step here ÷ a step at ${values.beside}, medians of ${TURNS} turns`);
  console.log(table([['rule', 'compiled', 'interpreted'], ...rows]));
}
