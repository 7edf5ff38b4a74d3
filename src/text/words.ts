/**
 * White space as Python's `str.split` and `str.rstrip` see it, which is what SacreBLEU goes by: JavaScript's `\s` takes the
 * byte order mark in and leaves U+001C…U+001F and U+0085 out.
 */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const SPACES = new RegExp(`${SPACE}+`, 'u');
const TRAILING = new RegExp(`${SPACE}+$`, 'u');

/**
 * The words of a line that is tokenised already: what stands between white space.
 *
 * @example splitWords(' a  b,\n') // → ['a', 'b,']
 */
export function splitWords(line: string): readonly string[] {
  return line.split(SPACES).filter((word) => word !== '');
}

/** The line without the white space at its end. */
export function trimEnd(line: string): string {
  return line.replace(TRAILING, '');
}
