import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buildClassifier, type Model, openModel } from '../src/nn/index.ts';
import { resolveTask } from '../src/tasks/index.ts';
import { engines } from './support/engines.ts';
import { hashedImages, uniform } from './support/hashed.ts';

/*
 * The network of task cifar10-convnet, the paper's child (NOS §4.2), beside PyTorch: same weights, same batches, 20 steps of SGD at 10⁻².
 * fixtures/make_torch_child.py wrote the reference and makes the numbers by the same hash.
 */

const BATCHES = 5;
const BATCH = 100;
const LEARNING_RATE = 1e-2;

interface Record20 {
  readonly losses: readonly number[];
  readonly firstGradientNorms: Readonly<Record<string, number>>;
  readonly weightNorms: Readonly<Record<string, number>>;
  readonly buffers: Readonly<Record<string, readonly number[]>>;
  readonly logits: readonly (readonly number[])[];
}

/** PyTorch's names, as in the reference. */
const torchName = (name: string): string => name.replace(/^conv(\d)\.norm/, 'bn$1');

function initialWeights({ parameters, size }: Model): Float32Array {
  const weights = new Float32Array(size);
  parameters.forEach(({ name, shape, offset, size: count }, series) => {
    const fanIn = shape.length === 1 ? 2048 : shape.slice(1).reduce((a, b) => a * b);
    const scaled = (x: number) => {
      if (!name.includes('norm')) return x / Math.sqrt(fanIn);
      return name.endsWith('weight') ? 1 + x / 2 : (x - 1) / 2;
    };
    weights.set(uniform(series, count).map(scaled), offset);
  });
  return weights;
}

const norms = ({ parameters }: Model, flat: Float32Array) =>
  Object.fromEntries(
    parameters.map(({ name, offset, size }) => [
      torchName(name),
      Math.hypot(...flat.subarray(offset, offset + size)),
    ]),
  );

describe.each(engines)("the paper's child after 20 steps of SGD by %s", async (engine) => {
  const path = new URL('fixtures/torch-child.json', import.meta.url);
  const reference = JSON.parse(await readFile(path, 'utf8')) as Record<'float32' | 'float64', Record20>;
  const task = await resolveTask('cifar10-convnet');
  const classifier = buildClassifier(task.classifier!);
  const weights = initialWeights(classifier);
  const buffers = classifier.initialBuffers();
  const gradient = new Float32Array(classifier.size);
  const batches = Array.from({ length: BATCHES }, (_, k) => hashedImages(k, BATCH, [3, 32, 32], 10));

  const session = await openModel(classifier, { engine });
  const losses: number[] = [];
  let firstGradientNorms: Record<string, number> = {};
  for (let step = 0; step < 20; step++) {
    losses.push(await session.step(batches[step % BATCHES]!, weights, buffers, gradient));
    if (step === 0) firstGradientNorms = norms(classifier, gradient);
    weights.forEach((w, i) => {
      weights[i] = w - LEARNING_RATE * gradient[i]!;
    });
  }
  const { inputs } = batches[0]!;
  const logits = (await session.evaluate({ inputs }, weights, buffers)).logits!;
  await session.close();

  const close = (
    received: Record<string, number>,
    expected: Readonly<Record<string, number>>,
    rtol: number,
  ) => {
    expect(Object.keys(received)).toEqual(Object.keys(expected));
    expect(Object.values(received)).toBeAllclose(Object.values(expected), { rtol });
  };

  it('runs on the engine asked for', () => expect(session.engine).toBe(engine));

  it.each(['float32', 'float64'] as const)("has PyTorch's losses in %s", (precision) => {
    expect(losses).toBeAllclose(reference[precision].losses, { rtol: 1e-4, atol: 0 });
  });

  it("has PyTorch's gradients and weights, by norm", () => {
    close(firstGradientNorms, reference.float64.firstGradientNorms, 1e-5);
    close(norms(classifier, weights), reference.float64.weightNorms, 1e-5);
  });

  // Looser: rounding moves which pixel wins a near-tie of max-pooling, and twenty steps carry that on.
  it("has PyTorch's running averages", () => {
    for (const { name, offset, size } of classifier.buffers) {
      const expected = reference.float64.buffers[torchName(name)]!;
      expect(buffers.subarray(offset, offset + size)).toBeAllclose(expected, { rtol: 1e-3, atol: 1e-4 });
    }
  });

  it("has PyTorch's logits in evaluation mode", () => {
    const expected = reference.float64.logits.flat();
    expect(logits.subarray(0, expected.length)).toBeAllclose(expected, { rtol: 1e-3, atol: 1e-3 });
  });
});
