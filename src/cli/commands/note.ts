import * as z from 'zod';
import { NosError } from '../../errors.ts';
import * as f from '../../fields.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { storeOption } from '../options.ts';

/** Characters that a table of runs can still show the beginning of. */
const LONGEST = 1000;

const document = z.strictObject({ run: f.run, note: f.text('the note; empty if it was removed') });

export const command = defineCommand({
  documents: { note: document },
  arguments: '<run> <text...>',
  options: storeOption,
  example: "nos note quick-1 'with the larger grid'\nnos note quick-1 ''",
  async run({ arguments: [run = '', ...words], places }) {
    const note = checkedNote(words.join(' '));
    await withStore(places, (store) => store.noteRun(run, note));
    const text = note === '' ? `run '${run}' has no note` : `noted of run '${run}': ${note}`;
    return { document: { run, note }, text };
  },
});

/** The note as one line. @throws NosError `bad-option`. */
function checkedNote(text: string): string {
  const note = text.replace(/\s+/g, ' ').trim();
  if (/[\p{Cc}\p{Cs}]/u.test(note)) {
    throw new NosError('bad-option', 'a note cannot hold control characters', 'write it as plain text');
  }
  if ([...note].length <= LONGEST) return note;
  throw new NosError(
    'bad-option',
    `a note of ${[...note].length} characters: expected at most ${LONGEST}`,
    'shorten it',
  );
}
