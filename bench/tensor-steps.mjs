/**
 * Milliseconds of one step of rules that see whole tensors, for a network of a million weights: on the native engine, and in a
 * NumPy that does all it can in place (tensor_steps.py), in turn, so that a disturbance meets all of them. A rule that is named here needs a class of
 * its name there. PYTHON names a Python whose NumPy has a fast BLAS.
 *
 *     npm run build && PYTHON=python3 node bench/tensor-steps.mjs [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openNativeRule } from '../dist/evaluate/native-rule.js';
import { stream } from '../dist/random/index.js';
import { resolveRule } from '../dist/rules/index.js';
import { table } from './text.mjs';
import { openTorch, sideBySide, takeTurns } from './timing.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

/** A network of fully connected layers: 997,320 weights. */
const WIDTHS = [784, 1000, 210, 10];
const SHAPES = WIDTHS.slice(1).flatMap((out, i) => [[out, WIDTHS[i]], [out]]);
const ROUNDS = 25;
const RULES = ['lamb', 'muon'];

const sizes = SHAPES.map((shape) => shape.reduce((product, n) => product * n, 1));
const tensors = SHAPES.map((shape, i) => ({
  offset: sizes.slice(0, i).reduce((sum, n) => sum + n, 0),
  size: sizes[i],
  ...(shape.length === 2 ? { rows: shape[0], columns: shape[1] } : {}),
}));
const size = sizes.reduce((sum, n) => sum + n, 0);

const source = stream(1, 'tensor steps');
const initial = Float32Array.from({ length: size }, () => 0.1 * source.normal());
const gradient = Float32Array.from({ length: size }, () => 0.01 * source.normal());

/** A step of a training that goes on. */
function training(rule) {
  const stepper = rule.start({ size, steps: 10_000, seed: 1, tensors });
  const weights = initial.slice();
  return () => {
    if (!stepper.step(weights, gradient, 1e-6)) throw new Error('a weight is not finite');
  };
}

const numpy = await openTorch('tensor_steps.py', JSON.stringify(SHAPES));
const results = [];
for (const name of RULES) {
  const native = openNativeRule(resolveRule(name), tensors);
  await native.ready;
  const names = numpy.steps.filter((step) => step === name);
  results.push({ rule: name, ...sideBySide(await takeTurns(training(native.rule), numpy, names, ROUNDS)) });
}
await numpy.close();

if (values.json) {
  console.log(
    JSON.stringify(
      { weights: size, cpu: cpus()[0]?.model, load: loadavg()[0], numpy: numpy.version, results },
      null,
      2,
    ),
  );
} else {
  console.log(
    `one step over ${size.toLocaleString('en-US')} weights in ${tensors.length} tensors, medians of ${ROUNDS} turns, ms of the processor; NumPy ${numpy.version ?? 'not found'}`,
  );
  const rows = results.map(({ rule, nos, [rule]: other }) => [
    rule,
    nos.median.toFixed(2),
    other?.median.toFixed(2) ?? '–',
    other?.ratio.toFixed(2) ?? '–',
  ]);
  console.log(table([['rule', 'ours', 'NumPy', 'ours / NumPy'], ...rows]));
}
