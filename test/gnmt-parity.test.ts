import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openMasks, openModel } from '../src/nn/index.ts';
import { gnmtModel, openGnmtDecoder } from '../src/tasks/index.ts';
import { engines } from './support/engines.ts';
import { uniform } from './support/hashed.ts';

/*
 * A small GNMT of three layers beside PyTorch: same weights, sentences and masks of dropout, 20 steps of SGD at 0.5; then its
 * decoder, token by token, beside PyTorch's reading of whole sentences. fixtures/make_torch_gnmt.py wrote the reference.
 */

const [STEPS, BATCHES, BATCH, LEARNING_RATE, LABEL_SMOOTHING, SEED] = [20, 3, 4, 0.5, 0.1, 5];
const sizes = {
  layers: 3,
  width: 6,
  sourceVocabulary: 11,
  targetVocabulary: 9,
  sourceLength: 7,
  targetLength: 6,
};

type Precision = 'float32' | 'float64';

interface Record20 {
  readonly losses: readonly number[];
  readonly firstGradientNorm: number;
  /** [batch, target length, target vocabulary], after training. */
  readonly logProbabilities: readonly (readonly (readonly number[])[])[];
}

function padded(series: number, length: number, vocabulary: number): Float32Array {
  const tokens = uniform(series, BATCH * length).map((x) => Math.floor(((x + 1) * (vocabulary - 1)) / 2) + 1);
  const lengths = uniform(series + 50, BATCH).map((x) => Math.floor(((x + 1) * (length - 1)) / 2) + 2);
  return Float32Array.from(tokens, (token, i) => (i % length < lengths[Math.floor(i / length)]! ? token : 0));
}

function sentences(k: number) {
  const { targetLength: length, targetVocabulary } = sizes;
  const expected = padded(200 + k, length, targetVocabulary);
  const said = expected.map((_, i) => (i % length === 0 ? 1 : expected[i - 1]!));
  return { source: padded(100 + k, sizes.sourceLength, sizes.sourceVocabulary), said, expected };
}

/** Of batch k, as the reference numbers them. */
const examplesOf = (k: number) => Uint32Array.from({ length: BATCH }, (_, i) => k * BATCH + i);

const path = new URL('fixtures/torch-gnmt.json', import.meta.url);
const references = JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<Precision, Record20>>;

describe.each(engines.flatMap((engine) => [0, 0.2].map((dropout) => ({ engine, dropout }))))(
  'a GNMT of three layers with dropout $dropout after 20 steps of SGD by $engine',
  async ({ engine, dropout }) => {
    const reference = references[`dropout ${dropout}`]!;
    const model = gnmtModel({ ...sizes, batch: BATCH, labelSmoothing: LABEL_SMOOTHING, dropout });
    const weights = new Float32Array(model.size);
    for (const { name, offset, size } of model.parameters) {
      const series = Buffer.from(name).reduce((a, b) => a + b, 0);
      weights.set(
        uniform(series, size).map((x) => x / 2),
        offset,
      );
    }
    const [gradient, none] = [new Float32Array(model.size), new Float32Array()];
    const masks = openMasks(model.masks);
    const session = await openModel(model, { engine });
    const losses: number[] = [];
    let firstGradientNorm = 0;
    for (let step = 0; step < STEPS; step++) {
      const k = step % BATCHES;
      const feeds = { ...sentences(k), ...masks({ seed: SEED, step, examples: examplesOf(k) }) };
      losses.push(await session.step(feeds, weights, none, gradient));
      if (step === 0) firstGradientNorm = Math.hypot(...gradient);
      weights.forEach((w, i) => {
        weights[i] = w - LEARNING_RATE * gradient[i]!;
      });
    }
    const { likelihood } = await session.evaluate(sentences(0), weights, none);
    await session.close();
    const logProbabilities = reference.float64.logProbabilities;

    it.each(['float32', 'float64'] as const)("has PyTorch's losses in %s", (precision) => {
      expect(losses).toBeAllclose(reference[precision].losses, { rtol: 1e-4, atol: 0 });
      expect(firstGradientNorm).toBeCloseTo(reference[precision].firstGradientNorm, 4);
    });

    it("has PyTorch's likelihood of what it must say, and 0 for padding", () => {
      const { expected } = sentences(0);
      const length = sizes.targetLength;
      const own = Array.from(expected, (token, i) =>
        token === 0 ? 0 : logProbabilities[Math.floor(i / length)]![i % length]![token]!,
      );
      expect(likelihood!).toBeAllclose(own, { rtol: 1e-3, atol: 1e-4 });
    });

    it("has PyTorch's distributions token by token, through rows that are reordered and doubled", async () => {
      const decoder = openGnmtDecoder(model, sizes, weights);
      const { source, said } = sentences(0);
      const encoded = await decoder.encode(source);
      let rows = [0, 1, 2, 3];
      let state = encoded;
      for (let t = 0; t < sizes.targetLength; t++) {
        const order = t === 0 ? [3, 3, 1, 0, 2] : [4, 0, 2, 1, 3];
        rows = order.map((row) => rows[row]!);
        state = decoder.reorder(state, Int32Array.from(order));
        const tokens = Int32Array.from(rows, (row) => said[row * sizes.targetLength + t]!);
        // Padding is no token to read; PyTorch's rows end there too.
        const step = await decoder.next(state, tokens);
        const expected = rows.flatMap((row) => logProbabilities[row]![t]!);
        expect(step.logProbabilities).toBeAllclose(expected, { rtol: 1e-3, atol: 1e-4 });
        rows.forEach((row, i) => {
          const looked = step.attention!.subarray(i * sizes.sourceLength, (i + 1) * sizes.sourceLength);
          const sentence = source.subarray(row * sizes.sourceLength, (row + 1) * sizes.sourceLength);
          expect(looked.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
          looked.forEach((share, s) => {
            if (sentence[s] === 0) expect(share).toBe(0);
          });
        });
        state = step.state;
      }
      await expect(decoder.encode(source.subarray(1))).rejects.toThrow(
        /expected sentences of 7 tokens, got 27/,
      );
      await decoder.close();
    });
  },
);
