import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compileRule, interpretRule, resolveRule } from '../src/rules/index.ts';

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
    const stepper = make(resolveRule(name)).start({ size, steps, seed: 0 });
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
