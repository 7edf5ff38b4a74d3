import { PairTable } from './pair-table.ts';

/** Two symbols that become one. */
export type Merge = readonly [left: string, right: string];

export interface LearnOptions {
  /** Greatest number of merges. */
  readonly merges: number;
  /** Times that a pair must occur. */
  readonly minimumCount: number;
  /** Called with every merge: of a large text, thousands take minutes. */
  readonly onWork?: () => void;
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, algorithm 1): starting from characters, the most frequent pair of neighbours becomes
 * a symbol, again and again. Of equally frequent pairs the first in code point order, left before right, so that equal counts
 * give equal merges everywhere.
 *
 * @param counts how often each word (a piece, see `splitPieces`) occurs; pairs never reach over words.
 * @returns the merges in the order in which they were learnt, fewer than asked for if pairs run out.
 */
export function learnMerges(
  counts: ReadonlyMap<string, number>,
  { merges, minimumCount, onWork = () => undefined }: LearnOptions,
): readonly Merge[] {
  const pairs = new PairTable(counts);
  const learnt: Merge[] = [];
  while (learnt.length < merges) {
    const pair = pairs.mostFrequent();
    if (pair === undefined || pair.count < minimumCount) break;
    learnt.push([pair.left, pair.right]);
    pairs.merge(pair.left, pair.right);
    onWork();
  }
  return learnt;
}
