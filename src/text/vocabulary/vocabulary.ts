import { byCodePoint } from '../code-points.ts';

/** Symbols that no text has, by their numbers, which are the same in every vocabulary. */
export const SPECIAL = { pad: 0, begin: 1, end: 2, unknown: 3 } as const;

const SPECIAL_SYMBOLS: readonly string[] = ['<pad>', '<s>', '</s>', '<unk>'];

export interface TextVocabulary {
  /** Symbols by number: the special ones, then the most frequent first, equally frequent ones in code point order. */
  readonly symbols: readonly string[];
  /** Its number, or that of `<unk>`. */
  numberOf(symbol: string): number;
}

export interface VocabularyOptions {
  /** Greatest number of symbols, the special ones counted. */
  readonly size?: number;
  /** Times that a symbol must occur; 1 unless given. */
  readonly minimumCount?: number;
}

/**
 * A vocabulary of what was counted: equal counts give equal vocabularies, in whatever order they come.
 *
 * @throws RangeError when not even one symbol has room.
 * @example buildVocabulary(new Map([['b', 1], ['a', 1], ['the', 7]])).symbols.slice(4) // → ['the', 'a', 'b']
 */
export function buildVocabulary(
  counts: ReadonlyMap<string, number>,
  { size = Number.POSITIVE_INFINITY, minimumCount = 1 }: VocabularyOptions = {},
): TextVocabulary {
  const room = size - SPECIAL_SYMBOLS.length;
  if (!(room >= 1)) {
    throw new RangeError(`size: expected more than ${SPECIAL_SYMBOLS.length} special symbols, got ${size}`);
  }
  const kept = [...counts]
    .filter(([symbol, count]) => count >= minimumCount && !SPECIAL_SYMBOLS.includes(symbol))
    .sort(([a, many], [b, more]) => more - many || byCodePoint(a, b))
    .slice(0, room)
    .map(([symbol]) => symbol);
  const symbols = [...SPECIAL_SYMBOLS, ...kept];
  const numbers = new Map(kept.map((symbol, index) => [symbol, index + SPECIAL_SYMBOLS.length]));
  return { symbols, numberOf: (symbol) => numbers.get(symbol) ?? SPECIAL.unknown };
}

/** How often each text occurs. */
export function countTexts(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
