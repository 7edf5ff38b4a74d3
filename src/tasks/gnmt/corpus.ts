import type { ParallelSplit, ParallelText } from '../../data/index.ts';
import {
  encodePairs,
  fittingPairs,
  learnCoder,
  type SentencePair,
  type TextCoder,
} from '../../text/index.ts';
import { misfit } from '../parts.ts';
import type { TranslationTask } from './task.ts';

/** A text in two languages as a network reads it. */
export interface TranslationCorpus {
  readonly coders: { readonly source: TextCoder; readonly target: TextCoder };
  /** The pairs of each split that fit into the network, in order. */
  readonly pairs: Readonly<Record<'train' | 'validation' | 'test', readonly SentencePair[]>>;
}

/**
 * Vocabularies of the training split, and all splits in their numbers.
 *
 * @param onWork Called with every line that is read: a sign of life.
 * @throws NosError `bad-option` where the text does not fit the task.
 */
export function translationCorpus(
  task: TranslationTask,
  text: ParallelText,
  onWork: () => void = () => undefined,
): TranslationCorpus {
  const { vocabulary, length, batch } = task;
  const coder = (side: 'source' | 'target'): TextCoder => {
    try {
      const units = text.tokenised ? 'words' : 'subwords';
      return learnCoder(text.train[side], { units, size: vocabulary, onWork });
    } catch (error) {
      throw misfit(task, `vocabulary of ${text.languages[side]}: ${(error as Error).message}`, error);
    }
  };
  const coders = { source: coder('source'), target: coder('target') };
  const reading: TextCoder = {
    ...coders.source,
    encode: (line) => {
      onWork();
      return coders.source.encode(line);
    },
  };
  const fitting = ({ source, target }: ParallelSplit): readonly SentencePair[] => {
    const pairs = encodePairs(source, target, { ...coders, source: reading });
    return fittingPairs(pairs, { source: length, target: length });
  };
  const pairs = {
    train: fitting(text.train),
    validation: fitting(text.validation),
    test: fitting(text.test),
  };
  for (const [split, { length: count }] of Object.entries(pairs)) {
    const least = split === 'train' ? batch : 1;
    if (count >= least) continue;
    throw misfit(
      task,
      `${count} pairs of its ${split} split have ${length} symbols or fewer, expected ${least}`,
    );
  }
  return { coders, pairs };
}
