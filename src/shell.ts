/** What no shell reads anything into. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * A text as one word of a command line that a POSIX shell reads as it stands: quoted where it has to be.
 *
 * @example shellWord('quick-1') // quick-1
 * @example shellWord("it's m * exp(v)") // 'it'\''s m * exp(v)'
 */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
