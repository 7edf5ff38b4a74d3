import { createHash } from 'node:crypto';
import { mergesSplitter } from '../bpe/apply.ts';
import { learnMerges, type Merge } from '../bpe/learn.ts';
import { joinPieces, splitPieces } from '../bpe/pieces.ts';
import { splitWords } from '../words.ts';
import { buildVocabulary, countTexts, SPECIAL, type TextVocabulary } from './vocabulary.ts';

/** Lines of text as numbers, and back. */
export interface TextCoder {
  readonly vocabulary: TextVocabulary;
  /** SHA-256 over all that the numbers depend on: two machines with equal checksums write equal numbers. */
  readonly checksum: string;
  /** [symbols of the line], neither begun nor ended. */
  encode(line: string): Int32Array;
  /** The text of numbers; begin, end and padding are left out. */
  decode(numbers: Iterable<number>): string;
}

export interface CoderOptions {
  /**
   * `words`: of text that is tokenised, what stands between spaces. `subwords`: of raw text, byte-pair encoding within words,
   * numbers and signs; decoding gives the raw text again.
   */
  readonly units: 'words' | 'subwords';
  /** Symbols at most, the four special ones counted. Of `subwords`: at least these and every character of the text. */
  readonly size: number;
  /** Times that a word must occur (1 unless given); of `subwords`, times that a pair must occur to become one symbol (2). */
  readonly minimumCount?: number;
  /** Called with every line and every merge: a sign of life. */
  readonly onWork?: () => void;
}

/**
 * Learns a vocabulary from text. The order of the lines does not matter.
 *
 * @throws RangeError when `size` is too small.
 * @example
 * const coder = learnCoder(lines, { units: 'subwords', size: 8_000 });
 * coder.decode(coder.encode('Ein Mann schläft.')) // → 'Ein Mann schläft.'
 */
export function learnCoder(lines: readonly string[], options: CoderOptions): TextCoder {
  const { units } = options;
  const learnt = units === 'words' ? learnWords(lines, options) : learnSubwords(lines, options);
  const { vocabulary, split, join, merges } = learnt;
  const identity = JSON.stringify({ units, symbols: vocabulary.symbols, merges });
  return {
    vocabulary,
    checksum: createHash('sha256').update(identity).digest('hex'),
    encode: (line) => Int32Array.from(split(line), vocabulary.numberOf),
    decode: (numbers) =>
      join(
        Array.from(numbers)
          .filter((number) => !SILENT.has(number))
          .map((number) => symbolAt(vocabulary, number)),
      ),
  };
}

const SILENT: ReadonlySet<number> = new Set([SPECIAL.pad, SPECIAL.begin, SPECIAL.end]);

interface Learnt {
  readonly vocabulary: TextVocabulary;
  readonly merges: readonly Merge[];
  split(line: string): readonly string[];
  join(symbols: readonly string[]): string;
}

function learnWords(lines: readonly string[], { size, minimumCount = 1, onWork }: CoderOptions): Learnt {
  const counts = countTexts(partsOf(lines, splitWords, onWork));
  const vocabulary = buildVocabulary(counts, { size, minimumCount });
  return { vocabulary, merges: [], split: splitWords, join: (words) => words.join(' ') };
}

function learnSubwords(lines: readonly string[], options: CoderOptions): Learnt {
  const { size, minimumCount = 2, onWork = () => undefined } = options;
  const pieces = countTexts(partsOf(lines, splitPieces, onWork));
  const characters = new Set(partsOf([...pieces.keys()], (piece) => [...piece]));
  const specials = Object.keys(SPECIAL).length;
  const merges = size - specials - characters.size;
  if (!(merges >= 0)) {
    const least = specials + characters.size;
    throw new RangeError(
      `size: expected at least ${least}, the ${characters.size} characters of the text and ${specials} special symbols, got ${size}`,
    );
  }
  const learnt = learnMerges(pieces, { merges, minimumCount, onWork });
  const splitPiece = mergesSplitter(learnt);
  // What merges pass through counts, too: words that the text does not have may need it.
  const counts = new Map(
    [...characters, ...learnt.map((merge) => merge.join(''))].map((symbol) => [symbol, 0]),
  );
  for (const [piece, count] of pieces) {
    for (const symbol of splitPiece(piece)) counts.set(symbol, (counts.get(symbol) as number) + count);
  }
  return {
    vocabulary: buildVocabulary(counts, { minimumCount: 0 }),
    merges: learnt,
    split: (line) => splitPieces(line).flatMap(splitPiece),
    join: joinPieces,
  };
}

/** One by one: all parts of a large text at once would not fit into memory. */
function* partsOf(
  lines: readonly string[],
  split: (line: string) => readonly string[],
  onWork: () => void = () => undefined,
): Iterable<string> {
  for (const line of lines) {
    onWork();
    yield* split(line);
  }
}

function symbolAt({ symbols }: TextVocabulary, number: number): string {
  const symbol = symbols[number];
  if (symbol === undefined) {
    throw new RangeError(`symbol ${number}: expected a number from 0 to ${symbols.length - 1}`);
  }
  return symbol;
}
