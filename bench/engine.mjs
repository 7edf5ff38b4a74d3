/**
 * Where docs/engine.md has its figures from: formulations of one operation, the rewrites one by one on an LSTM's
 * gradient, and the cost of a call. Best and median microseconds of interleaved runs on one thread.
 *
 *     npm run build && node bench/engine.mjs [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { loadEngine } from '../dist/engine/index.js';
import * as g from '../dist/graph/index.js';
import { write } from '../dist/graph/lower.js';
import { ModelWriter } from '../dist/graph/onnx/model.js';
import { fusions } from '../dist/graph/simplify/fusions.js';
import { rewrite } from '../dist/graph/simplify/rewrite.js';
import { simplifications } from '../dist/graph/simplify/simplifications.js';
import { table } from './text.mjs';

const { InferenceSession, Tensor } = await loadEngine();
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, enableMemPattern: false, logSeverityLevel: 3 };

/** Runs the variants in turn, `rounds` times; fed with small numbers of both signs. */
async function race(title, variants, rounds) {
  const contestants = [];
  for (const [name, bytes] of Object.entries(variants)) {
    contestants.push({ name, session: await InferenceSession.create(bytes, OPTIONS), times: [] });
  }
  const feeds = {};
  for (const { name, shape } of contestants[0].session.inputMetadata) {
    const size = shape.reduce((a, b) => a * b, 1);
    feeds[name] = new Tensor(
      'float32',
      Float32Array.from({ length: size }, (_, i) => 0.1 * Math.sin(1.3 * i)),
      shape,
    );
  }
  for (let round = 0; round < rounds; round++) {
    for (const { session, times } of contestants) {
      const start = performance.now();
      await session.run(feeds);
      times.push(1000 * (performance.now() - start));
    }
  }
  return contestants.map(({ name, times }) => {
    times.sort((a, b) => a - b);
    return { title, name, best: times[0], median: times[times.length >> 1] };
  });
}

/** Eight applications in a chain to [size] numbers, so that the cost of the call counts little. */
function chain(apply, size) {
  const writer = new ModelWriter();
  let value = writer.input('x', [size]);
  for (let i = 0; i < 8; i++) value = apply(writer, value);
  writer.output('y', value, [size]);
  return writer.finish();
}

const steps = {
  HardSigmoid: (w, x) => w.node('HardSigmoid', [x], { alpha: { float: 2 ** 127 }, beta: { float: 0 } }),
  'Greater, Cast': (w, x) => w.node('Cast', [w.node('Greater', [x, w.floats([0], [])])], { to: 1 }),
  'Ceil, Clip': (w, x) => w.node('Clip', [w.node('Ceil', [x]), w.floats([0], []), w.floats([1], [])]),
  'Sign, Relu': (w, x) => w.node('Relu', [w.node('Sign', [x])]),
};

/** The gradient of an LSTM's loss: [steps · batch, vocabulary] one-hot tokens in, log-probabilities out. */
function lstmGradient(batch, steps, hidden, vocabulary) {
  const shapes = {
    e: [vocabulary, hidden],
    k: [hidden, 4 * hidden],
    r: [hidden, 4 * hidden],
    b: [4 * hidden],
    o: [hidden, vocabulary],
  };
  const p = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, g.input(name, shape)]));
  const tokens = g.input('tokens', [steps * batch, vocabulary]);
  const gates = g.add(g.matmul(g.matmul(tokens, p.e), p.k), p.b);
  const outputs = [];
  let cell;
  for (let step = 0; step < steps; step++) {
    let z = g.slice(gates, 0, step * batch, (step + 1) * batch);
    if (step > 0) z = g.add(g.matmul(outputs.at(-1), p.r), z);
    const sigmoids = g.sigmoid(g.slice(z, 1, 0, 3 * hidden));
    const part = (k) => g.slice(sigmoids, 1, k * hidden, (k + 1) * hidden);
    const fresh = g.mul(part(0), g.tanh(g.slice(z, 1, 3 * hidden, 4 * hidden)));
    cell = step > 0 ? g.add(g.mul(part(1), cell), fresh) : fresh;
    outputs.push(g.mul(part(2), g.tanh(cell)));
  }
  const logits = g.matmul(g.concat(outputs, 0), p.o);
  const loss = g.neg(g.mean(g.mul(g.logSoftmax(logits), tokens)));
  const gradients = g.gradients(loss, Object.values(p));
  return Object.fromEntries(Object.keys(p).map((name, i) => [name, gradients[i]]));
}

/** The graph lowered with all rules, with none, and with each left out that changes it. */
function ablation(outputs) {
  const names = Object.keys(outputs);
  const encode = (keep) => {
    const simplified = rewrite(Object.values(outputs), simplifications.filter(keep));
    const fused = rewrite(simplified, fusions(simplified).filter(keep));
    return write(Object.fromEntries(names.map((name, i) => [name, fused[i]])));
  };
  const variants = { 'all rules': encode(() => true), 'no rules': encode(() => false) };
  for (const rule of [...simplifications, ...fusions([])]) {
    const bytes = encode((other) => other.name !== rule.name);
    if (Buffer.compare(bytes, variants['all rules']) !== 0) variants[`without ${rule.name}`] = bytes;
  }
  return variants;
}

function ports(count) {
  const xs = Array.from({ length: count }, (_, i) => g.input(`x${i}`, [8]));
  return write(Object.fromEntries(xs.map((x, i) => [`y${i}`, g.neg(x)])));
}

const rows = [
  ...(await race(
    'x > 0, 8 times 65,536',
    Object.fromEntries(Object.entries(steps).map(([name, apply]) => [name, chain(apply, 65_536)])),
    200,
  )),
  ...(await race('LSTM gradient, 5 × 15, 150 units', ablation(lstmGradient(5, 15, 150, 180)), 60)),
  ...(await race('LSTM gradient, 20 × 15, 150 units', ablation(lstmGradient(20, 15, 150, 180)), 40)),
  ...(await race('LSTM gradient, 64 × 20, 256 units', ablation(lstmGradient(64, 20, 256, 64)), 10)),
  ...(await race('a call of 1 input and 1 output', { onnxruntime: ports(1) }, 2000)),
  ...(await race('a call of 20 inputs and 20 outputs', { onnxruntime: ports(20) }, 2000)),
];
if (values.json) console.log(JSON.stringify({ processor: cpus()[0]?.model, load: loadavg(), rows }));
else {
  const cells = rows.map(({ title, name, best, median }) => [
    title,
    name,
    best.toFixed(0),
    median.toFixed(0),
  ]);
  console.log(`${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(2)}`);
  console.log(table([['what', 'how', 'best, µs', 'median, µs'], ...cells]));
}
