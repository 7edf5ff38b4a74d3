/**
 * Orders texts by their code points. JavaScript's `<` goes by UTF-16 units, where an emoji comes before U+FF01; that order
 * would be another one in other languages.
 */
export function byCodePoint(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  // The first unit that differs may be the second half of a character whose first half is common.
  if (at > 0 && /[\uD800-\uDBFF]/.test(a[at - 1] as string)) at--;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}
