/** What code of the user's own throws, in the user's words: its message, and where in their files. */
import { fileURLToPath } from 'node:url';
import { NosError } from './errors.ts';
import { packageFolder } from './package-folder.ts';
import { shown } from './shown.ts';

/** What a module of the user's own may export; the code of its errors too. */
export type OwnKind = 'task' | 'strategy';

const LONGEST = 500;

/** One line for whatever was thrown; runs no code that could throw again. */
export function messageOf(thrown: unknown): string {
  try {
    if (typeof thrown === 'string' && thrown.trim() !== '') return oneLine(thrown);
    if (!(thrown instanceof Error)) return `threw ${shown(thrown)}`;
    return oneLine(String(thrown.message)) || String(thrown.name);
  } catch {
    return 'threw an error that cannot be read';
  }
}

function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/**
 * Where in the user's own files something was thrown, by its stack: the first place that is outside of this package, of Node.js, and
 * of other packages if there is one.
 *
 * @returns `spirals.mjs:12`; undefined where the stack does not say.
 */
export function placeOf(thrown: unknown): string | undefined {
  return placeIn(stackOf(thrown));
}

/** The same of a stack, or of what Node.js prints of an error that nobody catches. */
export function placeIn(stack: string): string | undefined {
  const places = stack.split('\n').flatMap(frameOf).filter(isForeign);
  const place = places.find(({ path }) => !path.includes('/node_modules/')) ?? places[0];
  return place && `${place.path.replace(/^.*[/\\]/, '')}:${place.line}`;
}

/**
 * The error for what a task or a strategy of the user's own has thrown. What this package itself refuses (a NosError) stays as it is.
 *
 * @param subject What it was: `task 'spirals'`.
 */
export function ownError(kind: OwnKind, subject: string, thrown: unknown): NosError {
  if (thrown instanceof NosError) return thrown;
  const place = placeOf(thrown);
  const where = place === undefined ? '' : ` (${place})`;
  const hint = hintOf(thrown) ?? `mend the ${kind}; --debug shows the stack`;
  return new NosError(kind, `${subject}: ${messageOf(thrown)}${where}`, hint, { cause: thrown });
}

/** A NosError of another copy of this package, which the user's module imports, has its own hint. */
function hintOf(thrown: unknown): string | undefined {
  try {
    const { name, hint } = thrown as { readonly name?: unknown; readonly hint?: unknown };
    if (name === 'NosError' && typeof hint === 'string') return hint;
  } catch {}
  return undefined;
}

interface Place {
  readonly path: string;
  readonly line: number;
}

function stackOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.stack) : '';
  } catch {
    return '';
  }
}

/** A frame, `    at name (file:///home/me/t.mjs:12:7)`, or the line above the source text of a syntax error, `/home/me/t.cjs:3`. */
const FRAME = /^\s+at (?:async )?(?:.*? \()?((?:file:|\/|[A-Za-z]:[\\/]).*?):(\d+):\d+\)?$/;
const SOURCE = /^((?:file:|\/|[A-Za-z]:[\\/]).*?):(\d+)$/;

function frameOf(text: string): readonly Place[] {
  const [, file, line] = FRAME.exec(text) ?? SOURCE.exec(text) ?? [];
  if (file === undefined) return [];
  try {
    return [{ path: file.startsWith('file:') ? fileURLToPath(file) : file, line: Number(line) }];
  } catch {
    return [];
  }
}

/** The folders of this package's own code: compiled, or as it stands under a test runner. */
const OWN = ['dist/', 'src/', 'bin/'].map((name) => fileURLToPath(new URL(name, packageFolder)));

const isForeign = ({ path }: Place): boolean => !OWN.some((folder) => path.startsWith(folder));

/**
 * Keeps `process.exit` for the program: called by code of the user's own it throws, as a module does not end the program that loads it.
 *
 * @returns what it was.
 */
export function keepExit(): typeof process.exit {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const called = new Error(`process.exit(${code ?? ''}) was called`);
    if (placeOf(called) === undefined) return exit(code);
    throw called;
  };
  return exit;
}
