import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bleu, type BleuTokeniser, bleu } from './bleu.ts';
import { tokenise13a } from './tokenise-13a.ts';

interface Fixture {
  readonly sacrebleu: string;
  readonly examples: readonly (Omit<Bleu, 'name'> & {
    readonly name: string;
    readonly hypotheses: readonly string[];
    readonly references: readonly (readonly string[])[];
    readonly tokenize: BleuTokeniser;
  })[];
  readonly tokens: readonly (readonly [line: string, tokens: readonly string[]])[];
}

/** Made by test/fixtures/make_sacrebleu.py. */
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/sacrebleu.json', import.meta.url), 'utf8'),
);

describe('bleu', () => {
  it.each(fixture.examples)('equals SacreBLEU: $name', (example) => {
    const { hypotheses, references, tokenize, name, score, precisions, brevityPenalty, ...exact } = example;
    const found = bleu(hypotheses, references, { tokeniser: tokenize });
    expect(found).toMatchObject(exact);
    expect(found.score.toFixed(2)).toBe(score.toFixed(2));
    expect(found.score).toBeCloseTo(score, 9);
    expect(found.precisions).toBeAllclose(precisions, { rtol: 1e-12 });
    expect(found.brevityPenalty).toBeCloseTo(brevityPenalty, 12);
    expect(found.name).toBe(tokenize === 'none' ? 'tokenised BLEU' : 'BLEU');
  });

  it('is compared over the whole range of scores', () => {
    const scores = fixture.examples.map(({ score }) => score);
    expect(scores.filter((score) => score > 1 && score < 99).length).toBeGreaterThan(12);
  });

  it('refuses what is not aligned, and nothing', () => {
    expect(() => bleu(['a', 'b'], [['a', 'b'], ['a']])).toThrow(
      'reference 2 has 1 sentences, expected 2 as there are hypotheses',
    );
    expect(() => bleu([], [[]])).toThrow('expected at least one hypothesis');
    expect(() => bleu(['a'], [])).toThrow('expected at least one reference');
  });
});

describe('tokenise13a', () => {
  it.each(fixture.tokens)('equals SacreBLEU: %j', (line, tokens) => {
    expect(tokenise13a(line)).toEqual(tokens);
  });
});

const word = fc.constantFrom('a', 'b', 'the', 'Katze', '1,000', 'x-y', 'end.', '&amp;', '½');
const sentence = fc.array(word, { minLength: 4, maxLength: 9 }).map((words) => words.join(' '));
const corpus = fc.array(fc.tuple(sentence, sentence, sentence), { minLength: 1, maxLength: 6 });
const column = (rows: readonly (readonly string[])[], index: number): string[] =>
  rows.map((row) => row[index] as string);

describe('properties of BLEU', () => {
  it('a corpus against itself has 100', () => {
    fc.assert(
      fc.property(corpus, (rows) => {
        expect(bleu(column(rows, 0), [column(rows, 0)]).score).toBeCloseTo(100, 9);
      }),
    );
  });

  it('lies between 0 and 100', () => {
    fc.assert(
      fc.property(corpus, (rows) => {
        const { score } = bleu(column(rows, 0), [column(rows, 1)]);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100 + 1e-9);
      }),
    );
  });

  it('neither the order of sentences nor that of references matters', () => {
    fc.assert(
      fc.property(corpus, (rows) => {
        const turned = [...rows].reverse();
        const straight = bleu(column(rows, 0), [column(rows, 1), column(rows, 2)]);
        expect(bleu(column(turned, 0), [column(turned, 2), column(turned, 1)])).toEqual(straight);
      }),
    );
  });

  it('one more reference never takes a match away', () => {
    fc.assert(
      fc.property(corpus, (rows) => {
        const one = bleu(column(rows, 0), [column(rows, 1)]).matches;
        const two = bleu(column(rows, 0), [column(rows, 1), column(rows, 2)]).matches;
        expect(two.every((count, n) => count >= (one[n] as number))).toBe(true);
      }),
    );
  });

  it('tokenised text scores alike under both tokenisers where 13a changes nothing', () => {
    const plain = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const [hypothesis, reference] = [a.join(' '), b.join(' ')];
        const none = bleu([hypothesis], [[reference]], { tokeniser: 'none' });
        expect(none.score).toBe(bleu([hypothesis], [[reference]]).score);
      }),
    );
  });
});
