import { describe, expect, it } from 'vitest';
import { encodePairs, fittingPairs, translationBatch } from './batch.ts';
import { learnCoder } from './coder.ts';
import { buildVocabulary, countTexts, SPECIAL } from './vocabulary.ts';

const LINES = [
  'Ein Mann schläft in einem grünen Raum.',
  'Zwei Männer schlafen in einem blauen Raum.',
  'Eine Frau läuft, ein Hund rennt.',
];

describe('buildVocabulary', () => {
  const counts = countTexts('to be or not to be that is the question the the'.split(' '));

  it('puts the special symbols first, then the frequent, then by code points', () => {
    expect(buildVocabulary(counts).symbols).toEqual(
      '<pad> <s> </s> <unk> the be to is not or question that'.split(' '),
    );
  });

  it('keeps the size, and what is frequent enough', () => {
    expect(buildVocabulary(counts, { size: 6 }).symbols.slice(4)).toEqual(['the', 'be']);
    expect(buildVocabulary(counts, { minimumCount: 2 }).symbols.slice(4)).toEqual(['the', 'be', 'to']);
  });

  it('gives every symbol its number, and one to all others', () => {
    const { symbols, numberOf } = buildVocabulary(counts);
    expect(symbols.slice(4).map(numberOf)).toEqual(symbols.slice(4).map((_, index) => index + 4));
    expect(numberOf('Hamlet')).toBe(SPECIAL.unknown);
  });

  it('takes no special symbol from text', () => {
    const { symbols, numberOf } = buildVocabulary(countTexts(['</s>', 'a']));
    expect(symbols.slice(4)).toEqual(['a']);
    expect(numberOf('</s>')).toBe(SPECIAL.unknown);
  });

  it('refuses a size without room', () => {
    expect(() => buildVocabulary(counts, { size: 4 })).toThrow(
      'size: expected more than 4 special symbols, got 4',
    );
  });
});

describe('learnCoder', () => {
  it('of words: numbers and back, unknown words by their symbol', () => {
    const coder = learnCoder(['a man sleeps .', 'a dog runs .'], { units: 'words', size: 7 });
    expect(coder.vocabulary.symbols.slice(4)).toEqual(['.', 'a', 'dog']);
    expect([...coder.encode('a cat .')]).toEqual([5, SPECIAL.unknown, 4]);
    expect(coder.decode([1, 5, 6, 3, 4, 2, 0, 0])).toBe('a dog <unk> .');
  });

  it('of subwords: gives raw text again, of words that it has never seen, too', () => {
    const coder = learnCoder(LINES, { units: 'subwords', size: 60 });
    for (const line of [...LINES, 'Männer laufen, Hunde schlafen.', '']) {
      expect(coder.decode(coder.encode(line))).toBe(line);
    }
    expect(coder.vocabulary.symbols).toContain('chl');
    expect([...coder.encode('Q')]).toContain(SPECIAL.unknown);
  });

  it('of subwords: has the size that was asked for, merges or characters alone', () => {
    const size = (asked: number) =>
      learnCoder(LINES, { units: 'subwords', size: asked }).vocabulary.symbols.length;
    const characters = new Set([...LINES.join('▁')].filter((character) => character !== ' '));
    const least = 4 + characters.size;
    expect([size(least), size(least + 7)]).toEqual([least, least + 7]);
    expect(size(10_000)).toBeLessThan(120);
    expect(() => size(least - 1)).toThrow(
      `size: expected at least ${least}, the ${characters.size} characters of the text and 4 special symbols, got ${least - 1}`,
    );
  });

  it('has a checksum of all that matters, and of no more', () => {
    const checksum = (lines: readonly string[], size = 50) =>
      learnCoder(lines, { units: 'subwords', size }).checksum;
    expect(checksum([...LINES].reverse())).toBe(checksum(LINES));
    const others = [
      checksum(LINES.slice(1)),
      checksum(LINES, 51),
      learnCoder(LINES, { units: 'words', size: 50 }).checksum,
    ];
    expect(new Set([checksum(LINES), ...others]).size).toBe(4);
    // On every machine, this version and the next.
    expect(checksum(LINES)).toBe('d1d855bd190d16acf3d8c7d7b5913011a39418adfec2fa66a3e31e9c4819a86d');
  });

  it('refuses numbers that are no symbols', () => {
    const coder = learnCoder(LINES, { units: 'words', size: 100 });
    expect(() => coder.decode([99])).toThrow(/symbol 99: expected a number from 0 to/);
  });
});

const numbers = (length: number) => Int32Array.from({ length }, (_, i) => 4 + i);
const pairs = [
  { source: numbers(2), target: numbers(3) },
  { source: numbers(4), target: numbers(1) },
  { source: numbers(5), target: numbers(2) },
  { source: numbers(0), target: numbers(2) },
];

describe('fittingPairs', () => {
  it('are those that have both sides and room for their ends', () => {
    const [first, second] = pairs;
    expect(fittingPairs(pairs, { source: 3, target: 4 })).toEqual([first]);
    expect(fittingPairs(pairs, { source: 5, target: 4 })).toEqual([first, second]);
    expect(fittingPairs(pairs, { source: 5, target: 3 })).toEqual([second]);
    expect(fittingPairs(pairs, { source: 2, target: 4 })).toEqual([]);
  });
});

describe('translationBatch', () => {
  it('begins, ends and pads', () => {
    expect(translationBatch(pairs, [1, 0], { source: 5, target: 4 })).toEqual({
      source: Int32Array.from([4, 5, 6, 7, 2, 4, 5, 2, 0, 0]),
      targetInput: Int32Array.from([1, 4, 0, 0, 1, 4, 5, 6]),
      targetOutput: Int32Array.from([4, 2, 0, 0, 4, 5, 6, 2]),
    });
  });

  it('refuses what does not fit, and what is not there', () => {
    const shape = { source: 5, target: 4 };
    expect(() => translationBatch(pairs, [2], shape)).toThrow(
      'pair 2: 5 and 2 symbols and their ends do not fit 5 and 4',
    );
    expect(() => translationBatch(pairs, [9], shape)).toThrow('pair 9: expected an index from 0 to 3');
  });
});

describe('encodePairs', () => {
  it('encodes aligned lines, each side by its own coder', () => {
    const coders = {
      source: learnCoder(['a b'], { units: 'words', size: 10 }),
      target: learnCoder(['c'], { units: 'words', size: 10 }),
    };
    expect(encodePairs(['b a'], ['c'], coders)).toEqual([
      { source: Int32Array.from([5, 4]), target: Int32Array.from([4]) },
    ]);
    expect(() => encodePairs(['a'], [], coders)).toThrow('expected as many targets as sources, got 0 for 1');
  });
});
