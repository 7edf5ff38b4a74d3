import { NosError } from '../errors.ts';

/** Characters that a table of runs can still show the beginning of. */
const LONGEST = 1000;

/** Returns a note of a run as one line. @throws NosError `bad-option`. */
export function checkNote(text: string): string {
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
