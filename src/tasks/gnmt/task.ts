import type { ParallelText } from '../../data/index.ts';
import { defineTask } from '../define.ts';
import type { LoadOptions, Task } from '../task.ts';
import { openTranslationChild } from './child.ts';

/** A translation network and its text. */
export interface TranslationTask {
  readonly name: string;
  readonly description: string;
  readonly dataSet?: string;
  /** Pairs of the training split, those included that are too long: estimates use it. */
  readonly trainExamples?: number;
  /** @throws NosError `data-missing` or `data-corrupt`. */
  readonly load: (options: LoadOptions) => Promise<ParallelText>;
  /** LSTM layers of the encoder, and of the decoder. */
  readonly layers: number;
  readonly width: number;
  /** Symbols of each language at most: words of text that came tokenised, subwords of raw text. Chance is one in so many. */
  readonly vocabulary: number;
  /** Symbols of a sentence, its end counted. Pairs with a longer one are not trained on, nor scored. */
  readonly length: number;
  readonly batch: number;
  readonly labelSmoothing: number;
  /** Rate of dropout in training, of what every layer reads, but for the attention's context that the decoder's first layer reads. */
  readonly dropout: number;
  /**
   * The norm that the gradient of a sentence's loss, the sum over its symbols, does not pass (the mean over the batch; Wu et al. 2016: 5).
   * 0, the default, clips nothing.
   */
  readonly clipNorm?: number;
  /** Sentences that a beam keeps where translations are measured; 1, the default: greedily. */
  readonly beam?: number;
}

/**
 * Translation by Google's network (NOS §5.3). The score is 1/perplexity, the (geometric) mean probability of the right symbol
 * given those before it; `perplexity` and the `bleu` of translations are measured too.
 */
export function gnmtTask(definition: TranslationTask): Task {
  const { name, description, dataSet, trainExamples, batch, vocabulary, load } = definition;
  const open = async (options: LoadOptions) => openTranslationChild(definition, await load(options), options);
  return defineTask({
    name,
    description,
    batchSize: batch,
    ...(dataSet !== undefined && { dataSet }),
    ...(trainExamples !== undefined && { trainExamples }),
    chance: 1 / vocabulary,
    checksum: async (options) => (await load(options)).checksum,
    open,
    // The sizes of its vocabularies are its text's.
    prepare: async (options) => (await open(options)).close(),
  });
}
