import { splitWords } from '../words.ts';

/** Stands for the space before a word, so that pieces joined give the text again. */
export const SPACE_MARK = '\u2581';

/** Letters with their marks, digits, or one other character; at the start of a word with the mark before it. */
const PIECE = /\u2581?(?:[\p{L}\p{M}]+|\p{N}+|[^\p{L}\p{M}\p{N}])/gu;

/**
 * The words, numbers and signs of a line of raw text, each word's first with a mark in place of the space before it. In text that
 * holds U+2581 itself, it becomes a low line.
 *
 * @example splitPieces('A well-known man.') // → ['▁A', '▁well', '-', 'known', '▁man', '.']
 */
export function splitPieces(line: string): readonly string[] {
  return splitWords(line.replaceAll(SPACE_MARK, '_')).flatMap(
    (word) => (SPACE_MARK + word).match(PIECE) ?? [],
  );
}

/**
 * The raw text of pieces, or of parts of pieces: one space between words.
 *
 * @example joinPieces(['▁A', '▁man', '.']) // → 'A man.'
 */
export function joinPieces(pieces: readonly string[]): string {
  return pieces.join('').replaceAll(SPACE_MARK, ' ').trimStart();
}
