import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  catalogue,
  compileRule,
  type Expression,
  interpretRule,
  parseRule,
  resolveRule,
} from '../src/rules/index.ts';

/** What make_torch_rules.py records; arrays are little-endian float32, base64. */
interface Fixture {
  readonly size: number;
  readonly steps: number;
  readonly every: number;
  readonly initial: string;
  readonly gradients: string;
  readonly optimizers: Readonly<Record<string, { readonly learningRate: number; readonly weights: string }>>;
}

const file = new URL('fixtures/torch-rules.json.gz', import.meta.url);
const fixture = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Fixture;

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** PyTorch 1.13 multiplies NAdam's product of shares once too often by the share of the step; later versions do not. */
function ruleOf(name: string): Expression {
  if (name !== 'nadam-1.13') return resolveRule(name);
  const { text } = catalogue.find((entry) => entry.name === 'nadam')!;
  const [share, next] = ['t', '(t + 1)'].map((t) => `(0.9 * (1 - 0.5 * 0.96^(4e-3 * ${t})))`);
  return parseRule(text.replace(` * ${next})`, ` * ${share} * ${next})`));
}

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((x, i) => x - (b[i] as number)));

describe.each([
  ['compiled', compileRule],
  ['interpreted', interpretRule],
])('%s rules equal torch.optim over 1,000 recorded gradients', (_, make) => {
  const { size, steps, every } = fixture;
  const initial = floats(fixture.initial);
  const gradients = floats(fixture.gradients);

  it.each(Object.entries(fixture.optimizers))('%s', (name, { learningRate, weights }) => {
    const recorded = floats(weights);
    const stepper = make(ruleOf(name)).start({ size, steps, seed: 0 });
    const w = initial.slice();
    for (let step = 1; step <= steps; step++) {
      const gradient = gradients.subarray((step - 1) * size, step * size);
      expect(stepper.step(w, gradient, learningRate)).toBe(true);
      if (step % every !== 0) continue;
      const row = step / every - 1;
      const torch = recorded.subarray(row * size, (row + 1) * size);
      expect(distance(w, torch) / distance(w, initial)).toBeLessThanOrEqual(1e-5);
    }
  });
});
