import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byCodePoint } from '../code-points.ts';
import { splitWords } from '../words.ts';
import { mergesSplitter } from './apply.ts';
import { learnMerges, type Merge } from './learn.ts';
import { mergePair } from './pair-table.ts';
import { joinPieces, splitPieces } from './pieces.ts';

/** Algorithm 1 of Sennrich et al. (2016) as it stands: counts all pairs again for every merge. */
function learnSlowly(counts: ReadonlyMap<string, number>, merges: number, minimumCount: number): Merge[] {
  let words = [...counts].map(([text, count]) => ({ symbols: [...text] as readonly string[], count }));
  const learnt: Merge[] = [];
  while (learnt.length < merges) {
    const pairs = new Map<string, { pair: Merge; count: number }>();
    for (const { symbols, count } of words) {
      for (let i = 1; i < symbols.length; i++) {
        const pair: Merge = [symbols[i - 1]!, symbols[i]!];
        const entry = pairs.get(pair.join(' ')) ?? { pair, count: 0 };
        entry.count += count;
        pairs.set(pair.join(' '), entry);
      }
    }
    const [first] = [...pairs.values()].sort(
      (a, b) => b.count - a.count || byCodePoint(a.pair[0], b.pair[0]) || byCodePoint(a.pair[1], b.pair[1]),
    );
    if (!first || first.count < minimumCount) break;
    learnt.push(first.pair);
    words = words.map(({ symbols, count }) => ({
      symbols: mergePair(symbols, ...first.pair, first.pair.join('')),
      count,
    }));
  }
  return learnt;
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'ä', '😀', '！'), minLength: 1, maxLength: 7 });
const counted = fc
  .array(fc.tuple(word, fc.integer({ min: 1, max: 5 })), { maxLength: 8 })
  .map((entries) => new Map(entries));

describe('learnMerges', () => {
  it('learns the example of Sennrich et al. (2016)', () => {
    const counts = new Map(Object.entries({ low·: 5, lower·: 2, newest·: 6, widest·: 3 }));
    expect(learnMerges(counts, { merges: 4, minimumCount: 2 })).toEqual([
      ['e', 's'],
      ['es', 't'],
      ['est', '·'],
      ['l', 'o'],
    ]);
  });

  it('learns what counting everything again for every merge learns', () => {
    fc.assert(
      fc.property(counted, fc.integer({ min: 1, max: 3 }), (counts, minimumCount) => {
        expect(learnMerges(counts, { merges: 12, minimumCount })).toEqual(
          learnSlowly(counts, 12, minimumCount),
        );
      }),
    );
  });

  it('does not depend on the order of the words', () => {
    fc.assert(
      fc.property(counted, (counts) => {
        const turned = new Map([...counts].reverse());
        const options = { merges: 12, minimumCount: 1 };
        expect(learnMerges(turned, options)).toEqual(learnMerges(counts, options));
      }),
    );
  });
});

describe('mergesSplitter', () => {
  it('splits the words it was learnt from as learning did, and joins to the word', () => {
    fc.assert(
      fc.property(counted, word, (counts, other) => {
        const merges = learnMerges(counts, { merges: 12, minimumCount: 1 });
        const split = mergesSplitter(merges);
        for (const text of [...counts.keys(), other]) {
          const symbols = merges.reduce<readonly string[]>(
            (before, [left, right]) => mergePair(before, left, right, left + right),
            [...text],
          );
          expect(split(text)).toEqual(symbols);
          expect(split(text).join('')).toBe(text);
        }
      }),
    );
  });
});

describe('splitPieces', () => {
  it.each([
    ['A well-known man.', ['▁A', '▁well', '-', 'known', '▁man', '.']],
    ['  It\u2019s 3,50 €! ', ['▁It', '’', 's', '▁3', ',', '50', '▁€', '!']],
    ['cafe\u0301 2014er „Zitat“', ['▁cafe\u0301', '▁2014', 'er', '▁„', 'Zitat', '“']],
    ['a ▁ b', ['▁a', '▁_', '▁b']],
    ['', []],
  ])('%j', (line, pieces) => {
    expect(splitPieces(line)).toEqual(pieces);
  });

  it('joins to the text again, spaces made single', () => {
    const line = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 6 });
    fc.assert(
      fc.property(line, (words) => {
        const text = splitWords(words.join(' ')).join(' ').replaceAll('▁', '_');
        expect(joinPieces(splitPieces(text))).toBe(text);
      }),
    );
  });
});

describe('byCodePoint', () => {
  it('puts an emoji after U+FF01, and a text after its beginning', () => {
    expect(['😀', '！', 'ab', 'a', 'b', '😁', ''].sort(byCodePoint)).toEqual([
      '',
      'a',
      'ab',
      'b',
      '！',
      '😀',
      '😁',
    ]);
  });

  it('is the order of the UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(byCodePoint(a, b))).toBe(order);
      }),
    );
  });
});
