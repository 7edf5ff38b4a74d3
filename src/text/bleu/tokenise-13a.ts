import { splitWords, trimEnd } from '../words.ts';

/** Patterns and replacements of mteval-v13a's part for Western languages, in their order. */
const SPLITS: readonly (readonly [RegExp, string])[] = [
  // Every ASCII character that is neither letter, digit, space, apostrophe, comma, dash nor full stop.
  [/([{-~[-` -&(-+:-@/])/gu, ' $1 '],
  // A full stop or comma, unless a digit comes before it …
  [/([^0-9])([.,])/gu, '$1 $2 '],
  // … or after it.
  [/([.,])([^0-9])/gu, ' $1 $2'],
  // A dash after a digit.
  [/([0-9])(-)/gu, '$1 $2 '],
];

/** Entities in mteval's order, so that `&amp;lt;` becomes `<`. */
const ENTITIES: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
];

/**
 * Words and punctuation of a line of raw text, by the tokenisation `13a` of SacreBLEU (Post 2018), the one of WMT's
 * mteval-v13a. Letter case stays.
 *
 * @example tokenise13a('Pay $1,200.50 now.') // → ['Pay', '$', '1,200.50', 'now', '.']
 */
export function tokenise13a(line: string): readonly string[] {
  let text = trimEnd(line).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  for (const [entity, character] of ENTITIES) text = text.replaceAll(entity, character);
  text = ` ${text} `;
  for (const [pattern, replacement] of SPLITS) text = text.replace(pattern, replacement);
  return splitWords(text);
}
