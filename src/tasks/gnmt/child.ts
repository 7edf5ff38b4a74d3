import type { ParallelText } from '../../data/index.ts';
import {
  type Model,
  type ModelSession,
  type OpenModelOptions,
  openMasks,
  openModel,
} from '../../nn/index.ts';
import { type BeamScore, bleu, type SentencePair, SPECIAL, translationBatch } from '../../text/index.ts';
import type { Child, ChildState } from '../child.ts';
import { initialState, perplexityScore, scoredBatches } from '../parts.ts';
import { translationCorpus } from './corpus.ts';
import { openGnmtDecoder } from './decoder.ts';
import { type GnmtDefinition, gnmtModel } from './model.ts';
import type { TranslationTask } from './task.ts';
import { type TranslateOptions, translate } from './translate.ts';

type Part = 'validation' | 'test';

/** α and β of Wu et al. (2016), §7. */
const BEAM_SCORE: BeamScore = { lengthNormalisation: 0.2, coveragePenalty: 0.2 };

/**
 * The score and `perplexity` are of the first pairs that fit into the network, so many as are asked for; `bleu` is of the first
 * lines, the too long ones included, whose sources are cut: translations of a whole text are what is compared elsewhere.
 *
 * @throws NosError `bad-option` when the text does not fit the task.
 */
export async function openTranslationChild(
  task: TranslationTask,
  text: ParallelText,
  opening: OpenModelOptions = {},
): Promise<Child> {
  const { layers, width, length, batch, labelSmoothing, dropout, clipNorm = 0, beam = 1 } = task;
  const { coders, pairs } = translationCorpus(task, text, opening.onWork);
  const definition: GnmtDefinition = {
    layers,
    width,
    // A small text yields fewer symbols than the task allows.
    sourceVocabulary: coders.source.vocabulary.symbols.length,
    targetVocabulary: coders.target.vocabulary.symbols.length,
    sourceLength: length,
    targetLength: length,
    batch,
    labelSmoothing,
    dropout,
  };
  const model = gnmtModel(definition);
  const session = await openModel(model, opening);
  const feed = feeder(definition);
  const masks = openMasks(model.masks);
  const perplexity = (split: Part, examples: number, state: ChildState, onBatch?: () => void) =>
    measurePerplexity({ session, feed, pairs: pairs[split].slice(0, examples), batch, state, onBatch });
  // Not the whole text: what was read of its training split is all that is needed of that.
  const lines = { validation: text.validation, test: text.test };
  const tokeniser = text.tokenised ? 'none' : '13a';
  const options: TranslateOptions = {
    coders,
    sourceLength: length,
    maximumLength: length,
    batch,
    ...(beam > 1 && { beam: { width: beam, ...BEAM_SCORE } }),
  };
  return {
    batchSize: batch,
    trainExamples: pairs.train.length,
    chance: 1 / task.vocabulary,
    tensors: model.parameters,
    initialState: (seed) => initialState(model, seed),
    step: async (indices, { weights, buffers }, gradient, moment) => {
      const arrays = feed(pairs.train, indices);
      const feeds = { ...arrays, ...masks({ ...moment, examples: indices }) };
      const loss = await session.step(feeds, weights, buffers, gradient);
      // The loss is a symbol's; Wu et al. (2016) clip the gradient of a sentence's.
      const symbols = arrays.expected.reduce((count, symbol) => count + Number(symbol !== SPECIAL.pad), 0);
      if (clipNorm > 0) clip(gradient, (clipNorm * batch) / symbols);
      return loss;
    },
    score: async (split, examples, state, onBatch) =>
      perplexityScore(await perplexity(split, examples, state, onBatch)),
    measures: async (split, examples, state, onBatch = () => undefined) => {
      const { source, target } = lines[split];
      const written = await translateBy(model, definition, state, source.slice(0, examples), {
        ...options,
        onBatch,
      });
      const { score } = bleu(written, [target.slice(0, examples)], { tokeniser });
      return { perplexity: await perplexity(split, examples, state, onBatch), bleu: score };
    },
    close: () => session.close(),
  };
}

/** Scales a gradient down to a norm, in place, where it is longer. */
function clip(gradient: Float32Array, norm: number): void {
  let squares = 0;
  for (const value of gradient) squares += value * value;
  const length = Math.sqrt(squares);
  if (!(length > norm)) return;
  for (let i = 0; i < gradient.length; i++) gradient[i] = ((gradient[i] as number) * norm) / length;
}

/** Translations by a trained state. */
async function translateBy(
  model: Model,
  definition: GnmtDefinition,
  { weights }: ChildState,
  lines: readonly string[],
  options: TranslateOptions,
): Promise<readonly string[]> {
  const decoder = openGnmtDecoder(model, definition, weights);
  try {
    return await translate(decoder, lines, options);
  } finally {
    await decoder.close();
  }
}

/** The arrays of {@link gnmtModel} for a batch of pairs; overwritten by the next one. */
type Feed = (
  pairs: readonly SentencePair[],
  indices: ArrayLike<number>,
) => Readonly<Record<'source' | 'said' | 'expected', Float32Array>>;

function feeder({ batch, sourceLength, targetLength }: GnmtDefinition): Feed {
  const arrays = {
    source: new Float32Array(batch * sourceLength),
    said: new Float32Array(batch * targetLength),
    expected: new Float32Array(batch * targetLength),
  };
  const shape = { source: sourceLength, target: targetLength };
  return (pairs, indices) => {
    const { source, targetInput, targetOutput } = translationBatch(pairs, indices, shape);
    arrays.source.set(source);
    arrays.said.set(targetInput);
    arrays.expected.set(targetOutput);
    return arrays;
  };
}

/** Perplexity of the right symbols given those before them, ends counted. */
async function measurePerplexity(work: {
  readonly session: ModelSession;
  readonly feed: Feed;
  readonly pairs: readonly SentencePair[];
  readonly batch: number;
  readonly state: ChildState;
  readonly onBatch: (() => void) | undefined;
}): Promise<number> {
  const { session, feed, pairs, batch, state, onBatch = () => undefined } = work;
  let total = 0;
  let symbols = 0;
  for (const { indices, used } of scoredBatches(pairs.length, batch)) {
    const arrays = feed(pairs, indices);
    const { likelihood } = await session.evaluate(arrays, state.weights, state.buffers);
    onBatch();
    const counted = (used * arrays.expected.length) / batch;
    for (let i = 0; i < counted; i++) {
      total += (likelihood as Float32Array)[i] as number;
      if (arrays.expected[i] !== 0) symbols++;
    }
  }
  return Math.exp(-total / symbols);
}
