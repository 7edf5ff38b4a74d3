import type { Bleu } from '../../text/index.ts';
import type { Command } from '../command.ts';
import { plural, thousands } from '../text/format.ts';

export const bleuCommand: Command = {
  name: 'bleu',
  summary: 'BLEU of translations against references, as SacreBLEU computes it',
  arguments: '<hypotheses> <reference...>',
  options: ['tokenised'],
  example:
    'nos bleu translations.de test_2016_flickr.de\nnos bleu translations.tok.de reference.tok.de --tokenised',
  async run({ arguments: paths, settings, stderr }) {
    const { bleu, readAligned } = await import('../../text/index.ts');
    const [hypotheses = [], ...references] = await readAligned(paths);
    const tokeniser = settings.tokenised ? 'none' : '13a';
    if (!settings.tokenised && looksTokenised(hypotheses)) {
      stderr.note(`${paths[0]} looks tokenised: raw text is expected, or --tokenised`);
    }
    const result = bleu(hypotheses, references, { tokeniser });
    return { document: { ...result, sentences: hypotheses.length }, text: textOf(result, hypotheses.length) };
  },
};

/** Most full stops that end a sentence stand alone. */
function looksTokenised(lines: readonly string[]): boolean {
  const ended = lines.filter((line) => line.endsWith('.'));
  return ended.filter((line) => line.endsWith(' .')).length * 2 > ended.length;
}

function textOf(result: Bleu, sentences: number): string {
  const { name, score, precisions, brevityPenalty, hypothesisLength, referenceLength, signature } = result;
  return [
    `${name} ${score.toFixed(2)}`,
    `precisions ${precisions.map((precision) => precision.toFixed(1)).join('/')}, brevity penalty ${brevityPenalty.toFixed(3)}`,
    `${plural(sentences, 'sentence')}, ${plural(hypothesisLength, 'word')} for ${thousands(referenceLength)} of the references`,
    signature,
  ].join('\n');
}
