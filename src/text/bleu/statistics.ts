import * as z from 'zod';
import * as f from '../../fields.ts';

/** The longest n-grams that count, in words. */
export const ORDER = 4;

export const statisticsSchema = z.strictObject({
  hypothesisLength: f.count('words of the translations'),
  // The length of the reference that is closest to the hypothesis's, the shorter of two that are equally close.
  referenceLength: f.count('words of the closest references'),
  // Each n-gram counts at most as often as the reference has it that has it most.
  matches: f.figures('n-grams of 1 to 4 words that a reference has'),
  totals: f.figures('n-grams of 1 to 4 words of the translations'),
});

/** What BLEU is computed from; sums over sentences are those of the corpus. Index n−1 is of n-grams of n words. */
export type BleuStatistics = f.DataOf<typeof statisticsSchema>;

/** The counts of one sentence, in words, against its references. @throws RangeError without a reference. */
export function sentenceStatistics(
  hypothesis: readonly string[],
  references: readonly (readonly string[])[],
): BleuStatistics {
  const orders = Array.from({ length: ORDER }, (_, n) => n + 1);
  const matches = orders.map((n) => {
    const found = countNgrams(hypothesis, n);
    const most = references.map((reference) => countNgrams(reference, n));
    let sum = 0;
    for (const [ngram, count] of found) {
      sum += Math.min(count, Math.max(...most.map((counts) => counts.get(ngram) ?? 0)));
    }
    return sum;
  });
  return {
    hypothesisLength: hypothesis.length,
    referenceLength: closestLength(hypothesis.length, references),
    matches,
    totals: orders.map((n) => Math.max(0, hypothesis.length - n + 1)),
  };
}

/** Adds up sentences. */
export function sumStatistics(sentences: readonly BleuStatistics[]): BleuStatistics {
  const sum = (value: (sentence: BleuStatistics) => number): number =>
    sentences.reduce((total, sentence) => total + value(sentence), 0);
  const sums = (name: 'matches' | 'totals'): number[] =>
    Array.from({ length: ORDER }, (_, n) => sum((sentence) => sentence[name][n] as number));
  return {
    hypothesisLength: sum((sentence) => sentence.hypothesisLength),
    referenceLength: sum((sentence) => sentence.referenceLength),
    matches: sums('matches'),
    totals: sums('totals'),
  };
}

/** Words hold no space, so that joined by one they make a key. */
function countNgrams(words: readonly string[], n: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= words.length; at++) {
    const ngram = words.slice(at, at + n).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

function closestLength(length: number, references: readonly (readonly string[])[]): number {
  if (references.length === 0) throw new RangeError('expected at least one reference');
  return references
    .map((reference) => reference.length)
    .reduce((best, other) => {
      const [far, near] = [Math.abs(best - length), Math.abs(other - length)];
      return near < far || (near === far && other < best) ? other : best;
    });
}
