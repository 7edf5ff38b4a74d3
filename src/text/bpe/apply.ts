import type { Merge } from './learn.ts';
import { mergePair } from './pair-table.ts';

/**
 * Splits words by merges that were learnt: from its characters on, the merge that was learnt first goes first. What a word
 * became is remembered.
 *
 * @example mergesSplitter([['l', 'o'], ['lo', 'w']])('lowest') // → ['low', 'e', 's', 't']
 */
export function mergesSplitter(merges: readonly Merge[]): (word: string) => readonly string[] {
  const ranks = new Map(merges.map(([left, right], rank) => [`${left}\n${right}`, rank]));
  const known = new Map<string, readonly string[]>();
  return (word) => {
    const before = known.get(word);
    if (before) return before;
    const symbols = split(word, merges, ranks);
    known.set(word, symbols);
    return symbols;
  };
}

function split(
  word: string,
  merges: readonly Merge[],
  ranks: ReadonlyMap<string, number>,
): readonly string[] {
  let symbols: readonly string[] = [...word];
  for (;;) {
    let first = Number.POSITIVE_INFINITY;
    for (let i = 1; i < symbols.length; i++) {
      first = Math.min(first, ranks.get(`${symbols[i - 1]}\n${symbols[i]}`) ?? first);
    }
    const merge = merges[first];
    if (merge === undefined) return symbols;
    symbols = mergePair(symbols, ...merge, merge.join(''));
  }
}
