import { NosError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { withStore } from '../store.ts';

/** Characters that a table of runs can still show the beginning of. */
const LONGEST = 1000;

export const noteCommand: Command = {
  name: 'note',
  summary: 'say something of a run; an empty text takes the note away',
  arguments: '<run> <text...>',
  options: ['store'],
  example: "nos note quick-1 'with the larger grid'\nnos note quick-1 ''",
  async run({ arguments: [run = '', ...words], places }) {
    const note = checkedNote(words.join(' '));
    await withStore(places, (store) => store.noteRun(run, note));
    const text = note === '' ? `run '${run}' has no note` : `noted of run '${run}': ${note}`;
    return { document: { run, note }, text };
  },
};

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
