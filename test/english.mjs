// Doc comments that do not name their subject, or use words that plain English has no need of.
//
//     node test/english.mjs [FOLDER…]
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `For example` and its kind begin a sentence; a bare `Of the rewards told.` has no subject. */
const PREPOSITION =
  /^(?:Of|By|In|On|At|To|With|Without|Within|From|As|Per|Under|Over|Between|Behind|Beside|After|Before|During|Like|Than|For)\b(?! (?:example|instance|short)\b)/;
const WORDS = /\b(?:likewise|besides|anew)\b/i;

/**
 * What is found in a source text: its line, what is wrong, and the comment's beginning.
 *
 * @param {string} text
 * @returns {readonly { readonly line: number, readonly fault: string, readonly comment: string }[]}
 */
export function faultsOf(text) {
  return [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap((match) => {
    const comment = match[1].replaceAll(/\n\s*\* ?/g, ' ').trim();
    const line = text.slice(0, match.index).split('\n').length;
    const word = WORDS.exec(comment)?.[0];
    return [
      ...(PREPOSITION.test(comment) ? ['begins with a preposition'] : []),
      ...(word ? [`says '${word}'`] : []),
    ].map((fault) => ({ line, fault, comment: comment.slice(0, 100) }));
  });
}

/**
 * @param {string} folder
 * @returns {readonly string[]} Its TypeScript files, and those of the folders in it.
 */
export function sourcesOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Every fault under a folder, as `FILE:LINE  fault: comment`. */
export function faultsUnder(folder) {
  return sourcesOf(folder).flatMap((file) =>
    faultsOf(readFileSync(file, 'utf8')).map(
      ({ line, fault, comment }) => `${file}:${line}  ${fault}: ${comment}`,
    ),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folders = process.argv.slice(2);
  const found = (folders.length > 0 ? folders : ['src']).flatMap((folder) => faultsUnder(resolve(folder)));
  for (const fault of found) console.log(fault);
  console.log(`${found.length} found`);
}
