/**
 * What a step of Muon takes on the native engine, beside one that is written up in NumPy, on a network of a million weights: the two in
 * turn, on one thread each. Prints the median of the ratio.
 *
 *     node bench/muon-step.mjs [ROUNDS]
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { openNativeRule } from '../dist/evaluate/native-rule.js';
import { resolveRule } from '../dist/rules/index.js';

const ROUNDS = Number(process.argv[2] ?? 11);
const SHAPES = [[640, 784], [640], [640, 640], [640], [128, 640], [128], [10, 128], [10]];

const PYTHON = `
import json, sys, time
import numpy as np
shapes = json.loads(sys.argv[1])
rng = np.random.default_rng(0)
ws = [rng.standard_normal(s, dtype=np.float32) for s in shapes]
ms = [np.zeros_like(w) for w in ws]
vs = [np.zeros_like(w) for w in ws]

def orth(x):
    high = x.shape[0] > x.shape[1]
    if high:
        x = x.T
    x = x / (np.linalg.norm(x) + np.float32(1e-7))
    for _ in range(5):
        a = x @ x.T
        b = np.float32(-4.775) * a + np.float32(2.0315) * (a @ a)
        x = np.float32(3.4445) * x + b @ x
    return x.T if high else x

def step(t, gs, lr):
    for w, g, m, v in zip(ws, gs, ms, vs):
        if w.ndim > 1:
            m *= np.float32(0.95); m += np.float32(0.05) * g
            o = orth(np.float32(0.05) * g + np.float32(0.95) * m)
            w -= np.float32(lr) * (np.float32(max(1, w.shape[0] / w.shape[1]) ** 0.5) * o + np.float32(0.01) * w)
        else:
            m *= np.float32(0.9); m += np.float32(0.1) * g
            v *= np.float32(0.95); v += np.float32(0.05) * g * g
            u = m / np.float32(1 - 0.9**t) / (np.sqrt(v / np.float32(1 - 0.95**t)) + np.float32(1e-10))
            w -= np.float32(lr * 0.015) * (u + np.float32(0.01) * w)

t = 0
for line in sys.stdin:
    t += 1
    gs = [rng.standard_normal(s, dtype=np.float32) for s in shapes]
    begin = time.perf_counter()
    step(t, gs, 0.02)
    print(time.perf_counter() - begin, flush=True)
`;

const python = spawn('python3', ['-c', PYTHON, JSON.stringify(SHAPES)], {
  env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

let size = 0;
const tensors = SHAPES.map(([rows, columns = 1]) => {
  const offset = size;
  size += rows * columns;
  return { offset, size: rows * columns, ...(columns > 1 && { rows, columns }) };
});
const { rule, ready } = openNativeRule(resolveRule('muon'), tensors);
await ready;
const stepper = rule.start({ size, steps: ROUNDS, seed: 0, tensors });
const weights = Float32Array.from({ length: size }, (_, i) => Math.sin(i));
const ratios = [];
for (let round = 0; round < ROUNDS; round++) {
  const gradient = Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * (round + 1)));
  const begin = performance.now();
  stepper.step(weights, gradient, 0.02);
  const native = (performance.now() - begin) / 1000;
  python.stdin.write('step\n');
  const numpy = Number((await lines.next()).value);
  ratios.push(native / numpy);
  console.log(`native ${(1000 * native).toFixed(1)} ms, NumPy ${(1000 * numpy).toFixed(1)} ms`);
}
python.stdin.end();
const sorted = ratios.slice(1).sort((a, b) => a - b);
console.log(`${size} weights: native takes ${sorted[sorted.length >> 1].toFixed(2)} times as long as NumPy`);
