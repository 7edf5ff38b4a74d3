import * as z from 'zod';
import * as f from '../../fields.ts';
import { splitWords } from '../words.ts';
import {
  type BleuStatistics,
  ORDER,
  sentenceStatistics,
  statisticsSchema,
  sumStatistics,
} from './statistics.ts';
import { tokenise13a } from './tokenise-13a.ts';

/** `13a`: the text is raw, and is tokenised as SacreBLEU does. `none`: it is tokenised, and its words stand as they are. */
export type BleuTokeniser = '13a' | 'none';

export const bleuSchema = z.strictObject({
  name: f.oneOf(['BLEU', 'tokenised BLEU'], 'name of the score; the two do not compare'),
  score: f.number('BLEU, from 0 to 100'),
  // Smoothed if there is no match.
  precisions: f.figures('precision of n-grams of 1 to 4 words, in per cent'),
  brevityPenalty: f.number('brevity penalty, at most 1'),
  ...statisticsSchema.shape,
  signature: f.text("how it was computed, in SacreBLEU's notation"),
});
export type Bleu = f.DataOf<typeof bleuSchema>;

/** The version that the tests compare with. */
const SACREBLEU = '2.6.0';

const TOKENISERS: Readonly<Record<BleuTokeniser, (line: string) => readonly string[]>> = {
  '13a': tokenise13a,
  none: splitWords,
};

/**
 * BLEU of a corpus (Papineni et al. 2002) as SacreBLEU computes it (Post 2018): n-grams up to 4 with their case, over the
 * whole corpus; a precision without a match is smoothed to 100 / (2ᵏ · total), the k-th such order (`exp`, of mteval-v13a);
 * brevity penalty exp(1 − r/h) if the hypotheses have h words and the closest references r > h.
 *
 * @param hypotheses [sentences], raw text or, with tokeniser `none`, words between spaces.
 * @param references [references][sentences].
 * @throws RangeError without sentences or references, or if their numbers differ.
 * @example bleu(['The cat sat.'], [['The cat sat.']]).score // → 100
 */
export function bleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  { tokeniser = '13a' }: { readonly tokeniser?: BleuTokeniser } = {},
): Bleu {
  check(hypotheses, references);
  const words = TOKENISERS[tokeniser];
  const tokenised = references.map((lines) => lines.map(words));
  const sentences = hypotheses.map((hypothesis, index) =>
    sentenceStatistics(
      words(hypothesis),
      tokenised.map((lines) => lines[index] as readonly string[]),
    ),
  );
  const statistics = sumStatistics(sentences);
  return {
    name: tokeniser === 'none' ? 'tokenised BLEU' : 'BLEU',
    ...scoreOf(statistics),
    ...statistics,
    signature: `nrefs:${references.length}|case:mixed|eff:no|tok:${tokeniser}|smooth:exp|version:${SACREBLEU}`,
  };
}

/** The score of counts summed over a corpus. */
function scoreOf(statistics: BleuStatistics): Pick<Bleu, 'score' | 'precisions' | 'brevityPenalty'> {
  const { matches, hypothesisLength, referenceLength } = statistics;
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength === 0
        ? 0
        : Math.exp(1 - referenceLength / hypothesisLength);
  if (matches.every((count) => count === 0)) {
    return { score: 0, precisions: matches.map(() => 0), brevityPenalty };
  }
  const precisions = smoothed(statistics);
  // An order of which the corpus has no n-gram at all has precision 0, and then the score is 0 too.
  const logarithms = precisions.reduce((sum, precision) => sum + Math.log(precision), 0);
  return { score: brevityPenalty * Math.exp(logarithms / ORDER), precisions, brevityPenalty };
}

function smoothed({ matches, totals }: BleuStatistics): readonly number[] {
  let misses = 0;
  return totals.map((total, n) => {
    const count = matches[n] as number;
    if (total === 0) return 0;
    return count > 0 ? (100 * count) / total : 100 / (2 ** ++misses * total);
  });
}

function check(hypotheses: readonly string[], references: readonly (readonly string[])[]): void {
  if (hypotheses.length === 0) throw new RangeError('expected at least one hypothesis');
  if (references.length === 0) throw new RangeError('expected at least one reference');
  for (const [index, lines] of references.entries()) {
    if (lines.length === hypotheses.length) continue;
    throw new RangeError(
      `reference ${index + 1} has ${lines.length} sentences, expected ${hypotheses.length} as there are hypotheses`,
    );
  }
}
