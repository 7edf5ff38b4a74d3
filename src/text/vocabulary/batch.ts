import type { TextCoder } from './coder.ts';
import { SPECIAL } from './vocabulary.ts';

/** A sentence and its translation, as numbers of the two vocabularies, neither begun nor ended. */
export interface SentencePair {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** Numbers of symbols in a padded sentence, the end counted. */
export interface PairShape {
  readonly source: number;
  readonly target: number;
}

/** Aligned lines as numbers. @throws RangeError when the numbers of lines differ. */
export function encodePairs(
  sources: readonly string[],
  targets: readonly string[],
  coders: { readonly source: TextCoder; readonly target: TextCoder },
): readonly SentencePair[] {
  if (sources.length !== targets.length) {
    throw new RangeError(`expected as many targets as sources, got ${targets.length} for ${sources.length}`);
  }
  return sources.map((source, index) => ({
    source: coders.source.encode(source),
    target: coders.target.encode(targets[index] as string),
  }));
}

/** The pairs both sides of which fit with their ends, and neither of which is empty. */
export function fittingPairs(pairs: readonly SentencePair[], shape: PairShape): readonly SentencePair[] {
  const fits = (side: Int32Array, length: number) => side.length > 0 && side.length < length;
  return pairs.filter(({ source, target }) => fits(source, shape.source) && fits(target, shape.target));
}

/** What a network reads and must say. Padding is `SPECIAL.pad`. */
export interface TranslationBatch {
  /** [batch, shape.source]: the source, ended. */
  readonly source: Int32Array;
  /** [batch, shape.target]: the target, begun: what the decoder reads. */
  readonly targetInput: Int32Array;
  /** [batch, shape.target]: the target, ended: what it must say. */
  readonly targetOutput: Int32Array;
}

/** The pairs at `indices`, padded. @throws RangeError when one does not fit, or is not there. */
export function translationBatch(
  pairs: readonly SentencePair[],
  indices: ArrayLike<number>,
  shape: PairShape,
): TranslationBatch {
  const rows = indices.length;
  const source = new Int32Array(rows * shape.source).fill(SPECIAL.pad);
  const targetInput = new Int32Array(rows * shape.target).fill(SPECIAL.pad);
  const targetOutput = new Int32Array(rows * shape.target).fill(SPECIAL.pad);
  for (let row = 0; row < rows; row++) {
    const pair = pairs[indices[row] as number];
    if (!pair) throw new RangeError(`pair ${indices[row]}: expected an index from 0 to ${pairs.length - 1}`);
    if (pair.source.length >= shape.source || pair.target.length >= shape.target) {
      throw new RangeError(
        `pair ${indices[row]}: ${pair.source.length} and ${pair.target.length} symbols and their ends do not fit ${shape.source} and ${shape.target}`,
      );
    }
    source.set([...pair.source, SPECIAL.end], row * shape.source);
    targetInput.set([SPECIAL.begin, ...pair.target], row * shape.target);
    targetOutput.set([...pair.target, SPECIAL.end], row * shape.target);
  }
  return { source, targetInput, targetOutput };
}
