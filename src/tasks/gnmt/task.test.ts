import { describe, expect, it, vi } from 'vitest';
import type { ParallelSplit, ParallelText } from '../../data/index.ts';
import { stream } from '../../random/index.ts';
import { beamSearch, SPECIAL } from '../../text/index.ts';
import type { Child, ChildState } from '../child.ts';
import { resolveTask } from '../registry.ts';
import { translationCorpus } from './corpus.ts';
import { openGnmtDecoder } from './decoder.ts';
import { gnmtModel } from './model.ts';
import { gnmtTask, type TranslationTask } from './task.ts';
import { sourceRows, translate } from './translate.ts';

const WORDS: Readonly<Record<string, string>> = { one: 'eins', two: 'zwei', three: 'drei' };

/** Numbers, translated word by word. */
function split(name: string, size: number, longest = 5): ParallelSplit {
  const random = stream(0, name);
  const source = Array.from({ length: size }, () =>
    Array.from({ length: 1 + random.integer(longest) }, () => Object.keys(WORDS)[random.integer(3)]).join(
      ' ',
    ),
  );
  return { source, target: source.map((line) => line.replace(/\w+/g, (word) => WORDS[word] as string)) };
}
const text: ParallelText = {
  name: 'numbers',
  checksum: 'c0ffee',
  languages: { source: 'en', target: 'de' },
  tokenised: true,
  train: split('train', 60),
  validation: split('validation', 13),
  test: split('test', 9, 9),
};
const small: TranslationTask = {
  name: 'numbers-gnmt',
  description: '',
  load: async () => text,
  layers: 2,
  width: 12,
  vocabulary: 7,
  length: 6,
  batch: 6,
  labelSmoothing: 0,
  dropout: 0,
};
const open = (more: Partial<TranslationTask> = {}, data = text): Promise<Child> =>
  gnmtTask({ ...small, ...more, load: async () => data }).open({ directory: '' });

/** Trains by Adam's rule. */
async function train(child: Child, steps: number): Promise<ChildState> {
  const state = child.initialState(1);
  const size = state.weights.length;
  const [gradient, m, v] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  for (let step = 0; step < steps; step++) {
    const indices = Uint32Array.from({ length: 6 }, (_, b) => (step * 6 + b) % child.trainExamples);
    await child.step(indices, state, gradient, { seed: 1, step });
    for (let i = 0; i < size; i++) {
      m[i] = 0.9 * m[i]! + 0.1 * gradient[i]!;
      v[i] = 0.99 * v[i]! + 0.01 * gradient[i]! ** 2;
      state.weights[i]! -=
        0.03 * (m[i]! / (1 - 0.9 ** (step + 1)) / (Math.sqrt(v[i]! / (1 - 0.99 ** (step + 1))) + 1e-8));
    }
  }
  return state;
}

describe('a GNMT task', () => {
  it('clips the gradient of a sentence’s loss', async () => {
    const gradientOf = async (more: Partial<TranslationTask>) => {
      const child = await open(more);
      const state = child.initialState(1);
      const gradient = new Float32Array(state.weights.length);
      await child.step(Uint32Array.from([0, 1, 2, 3, 4, 5]), state, gradient, { seed: 1, step: 0 });
      return gradient;
    };
    const norm = (vector: Float32Array) => Math.hypot(...vector);
    const free = await gradientOf({});
    // Of the first six sentences, ends counted.
    const symbols = text.train.target.slice(0, 6).reduce((sum, line) => sum + line.split(' ').length + 1, 0);
    const length = (norm(free) * symbols) / 6;
    expect(await gradientOf({ clipNorm: 1.01 * length })).toEqual(free);
    const clipped = await gradientOf({ clipNorm: 0.5 * length });
    expect(norm(clipped)).toBeCloseTo(0.5 * norm(free), 6);
    expect(clipped).toBeAllclose(
      free.map((value) => value / 2),
      { rtol: 1e-5, atol: 1e-9 },
    );
  });

  it('learns to translate, and measures it', async () => {
    const child = await open({ layers: 1, width: 16 });
    const before = child.initialState(1);
    const chance = await child.score('validation', 100, before);
    expect(chance).toBeCloseTo(child.chance!, 1);
    const state = await train(child, 200);
    const score = await child.score('validation', 100, state);
    expect(score).toBeGreaterThan(0.3);
    const measures = await child.measures!('validation', 100, state);
    expect(measures.perplexity).toBeCloseTo(1 / score, 10);
    expect((await child.measures!('validation', 100, before)).bleu).toBeLessThan(measures.bleu!);
    const beam = await open({ layers: 1, width: 16, beam: 4 });
    const byBeam = await beam.measures!('validation', 100, state);
    expect(byBeam.perplexity).toBe(measures.perplexity);
    expect(byBeam.bleu).toBeGreaterThan(0);
    expect(byBeam.bleu).not.toBe(measures.bleu);
    await beam.close();
    // Batches of six: the last one of thirteen is mostly repetitions.
    const [first, all] = [
      await child.score('validation', 12, state),
      await child.score('validation', 13, state),
    ];
    expect(first).not.toBe(all);
    expect(await child.score('validation', 100, state)).toBe(all);
    await child.close();
  });

  it('translates by any state where the text has fewer symbols than the vocabulary may have', async () => {
    const child = await open({ vocabulary: 300 });
    expect(child.chance).toBe(1 / 300);
    const numbers = stream(5, 'weights');
    const { buffers, weights } = child.initialState(1);
    const wild = { buffers, weights: weights.map(() => 1.5 * numbers.normal()) };
    for (const state of [child.initialState(1), wild]) {
      const { bleu } = await child.measures!('validation', 100, state);
      expect(bleu).toBeGreaterThanOrEqual(0);
    }
    await child.close();
  });

  it('trains and scores on the pairs that fit', async () => {
    const { pairs } = translationCorpus(small, text);
    expect([pairs.train.length, pairs.validation.length]).toEqual([60, 13]);
    const fitting = text.test.source.filter((line) => line.split(' ').length < 6);
    expect(pairs.test.length).toBe(fitting.length);
    expect(fitting.length).toBeLessThan(9);
  });

  it.each<[Partial<TranslationTask>, ParallelText, RegExp]>([
    [{ vocabulary: 4 }, text, /task 'numbers-gnmt': vocabulary of en: size: expected more than 4/],
    [{ batch: 61 }, text, /60 pairs of its train split have 6 symbols or fewer, expected 61/],
    [{}, { ...text, test: { source: [], target: [] } }, /0 pairs of its test split .* expected 1/],
    [{}, { ...text, train: { source: [], target: [] } }, /0 pairs of its train split .* expected 6/],
  ])('refuses a text that does not fit: %j', async (wrong, data, message) => {
    await expect(open(wrong, data)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(message),
    });
  });
});

describe('translate', () => {
  const sizes = {
    layers: 2,
    width: 5,
    sourceVocabulary: 7,
    targetVocabulary: 7,
    sourceLength: 4,
    targetLength: 4,
    batch: 6,
  };
  const model = gnmtModel(sizes);
  const numbers = stream(3, 'weights');
  const weights = Float32Array.from({ length: model.size }, () => 1.5 * numbers.normal());
  const { coders } = translationCorpus(small, text);
  const lines = ['one two', '', 'three two one three two one', 'two', 'three three'];

  it('gives a line for every line, cut where it is too long, and by a beam of 1 what it gives greedily', async () => {
    const decoder = openGnmtDecoder(model, sizes, weights);
    const options = { coders, sourceLength: 4, maximumLength: 4, batch: 2 };
    const greedy = await translate(decoder, lines, options);
    expect(greedy).toHaveLength(5);
    expect(greedy[2]).toBe((await translate(decoder, ['three two one'], options))[0]);
    expect(new Set(greedy).size).toBeGreaterThan(1);
    const plain = { lengthNormalisation: 0, coveragePenalty: 0 };
    expect(await translate(decoder, lines, { ...options, beam: { width: 1, ...plain } })).toEqual(greedy);
    await decoder.close();
  });

  it('scores a sentence by its own words, however much padding follows, and stops as early', async () => {
    const beam = { width: 3, lengthNormalisation: 0.2, coveragePenalty: 0.2 };
    const ending = weights.slice();
    // A network that likes short sentences.
    ending[model.parameters.find(({ name }) => name === 'output.bias')!.offset + SPECIAL.end]! += 4;
    const found = [];
    for (const sourceLength of [4, 12]) {
      const decoder = openGnmtDecoder(model, { ...sizes, sourceLength }, ending);
      const next = vi.spyOn(decoder, 'next');
      const options = { coders, sourceLength, maximumLength: 40, batch: 1, beam };
      const translations = await translate(decoder, ['one two'], options);
      const steps = next.mock.calls.length;
      const { rows, lengths } = sourceRows(['one two'], options);
      const limits = { begin: SPECIAL.begin, end: SPECIAL.end, maximumLength: 40, sourceLengths: lengths };
      const [best] = await beamSearch(decoder, await decoder.encode(rows), 1, { ...limits, ...beam });
      expect(lengths).toEqual([3]);
      expect(translations).toEqual([coders.target.decode(best!.tokens)]);
      found.push({ translations, steps, score: best!.score });
      await decoder.close();
    }
    const [tight, padded] = found;
    expect(padded!.score).toBeCloseTo(tight!.score, 4);
    expect(padded).toMatchObject({ translations: tight!.translations, steps: tight!.steps });
    expect(tight!.steps).toBeLessThan(40);
  });
});

describe('multi30k-gnmt', () => {
  it.each([
    ['multi30k-gnmt(layers=0)', /option 'layers' of task 'multi30k-gnmt'/],
    ['multi30k-gnmt(labelSmoothing=1)', /option 'labelSmoothing'/],
    ['multi30k-gnmt(beam=0)', /option 'beam'/],
    ['multi30k-gnmt(depth=2)', /has no option 'depth'/],
  ])('refuses %s', async (name, message) => {
    await expect(resolveTask(name)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(message),
    });
  });
});
