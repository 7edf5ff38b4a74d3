import * as f from '../../fields.ts';
import { inTurn } from '../../in-turn.ts';
import { plural, thousands } from '../../report/index.ts';
import { type Bleu, bleu, bleuSchema, checkAligned, readText, type TextFile } from '../../text/index.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../option.ts';

const document = bleuSchema.extend({
  sentences: f.count('number of sentences'),
  notes: f.texts('what SacreBLEU would read in another way'),
});

export const command = defineCommand({
  documents: { bleu: document },
  arguments: '<hypotheses> <reference...>',
  takesPaths: true,
  options: { tokenised: flag('the texts are tokenised: their words stand between spaces') },
  example:
    'nos bleu translations.de test_2016_flickr.de\nnos bleu translations.tok.de reference.tok.de --tokenised',
  async run({ arguments: paths, settings, stderr }) {
    const files = await inTurn(paths, readText);
    const texts = files.map(({ lines }) => lines);
    checkAligned(paths, texts);
    const [hypotheses = [], ...references] = texts;
    const notes = files.flatMap((file, i) => notesOn(paths[i]!, file));
    if (!settings.tokenised && looksTokenised(hypotheses)) {
      notes.push(`${paths[0]} looks tokenised: raw text is expected, or --tokenised`);
    }
    for (const note of notes) stderr.note(note);
    const result = bleu(hypotheses, references, { tokeniser: settings.tokenised ? 'none' : '13a' });
    const sentences = hypotheses.length;
    return { document: { ...result, sentences, notes }, text: textOf(result, sentences) };
  },
});

/** What SacreBLEU reads in another way, so that its score may be another. */
function notesOn(path: string, { marked, returns }: TextFile): readonly string[] {
  const mark = `${path} begins with a byte order mark, which is left out; SacreBLEU takes it for a part of the first word`;
  const ends = `${path} has carriage returns within lines, which are left as they are; SacreBLEU ends a line at each`;
  return [...(marked ? [mark] : []), ...(returns ? [ends] : [])];
}

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
