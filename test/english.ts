import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `For example` and its kind begin a sentence; a bare `Of the rewards told.` has no subject. */
const PREPOSITION =
  /^(?:Of|By|In|On|At|To|With|Without|Within|From|As|Per|Under|Over|Between|Behind|Beside|After|Before|During|Like|Than|For)\b(?! (?:example|instance|short)\b)/;
const WORDS = /\b(?:likewise|besides|anew)\b/i;

/** A doc comment that does not name its subject, or uses a word that plain English has no need of. */
export interface Fault {
  readonly line: number;
  readonly fault: string;
  /** How the comment begins. */
  readonly comment: string;
}

/** What is found in a source text. */
export function faultsOf(text: string): readonly Fault[] {
  return [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap((match) => {
    const comment = match[1]!.replaceAll(/\n\s*\* ?/g, ' ').trim();
    const line = text.slice(0, match.index).split('\n').length;
    const word = WORDS.exec(comment)?.[0];
    return [
      ...(PREPOSITION.test(comment) ? ['begins with a preposition'] : []),
      ...(word ? [`says '${word}'`] : []),
    ].map((fault) => ({ line, fault, comment: comment.slice(0, 100) }));
  });
}

/** The TypeScript files of a folder, and of those in it. */
export function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Every fault under a folder, as `FILE:LINE  fault: comment`. */
export function faultsUnder(folder: string): readonly string[] {
  return sourcesOf(folder).flatMap((file) =>
    faultsOf(readFileSync(file, 'utf8')).map(
      ({ line, fault, comment }) => `${file}:${line}  ${fault}: ${comment}`,
    ),
  );
}
