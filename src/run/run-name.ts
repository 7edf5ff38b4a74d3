import { NosError } from '../errors.ts';
import { shorten } from '../names.ts';

/** Characters of a name that a table and a command line still take. */
const LONGEST = 100;

/**
 * Refuses names that could not be typed, read or told apart later.
 *
 * @throws NosError `bad-option`.
 * @example checkRunName('with noise, seed 2')
 */
export function checkRunName(name: string): void {
  const wrong = faultOf(name);
  if (wrong === undefined) return;
  throw new NosError(
    'bad-option',
    `the name of a run ${wrong}: '${shorten(name.replace(new RegExp(UNPRINTABLE, 'gu'), '?'))}'`,
    `name it with letters, digits and signs, at most ${LONGEST} of them, as in noise-2`,
  );
}

function faultOf(name: string): string | undefined {
  if (name.trim() === '') return 'cannot be empty';
  if (name !== name.trim()) return 'cannot begin or end with a space';
  if (name.startsWith('-')) return 'cannot begin with a dash, as options do';
  if (UNPRINTABLE.test(name)) return 'cannot hold control characters';
  return [...name].length > LONGEST ? `cannot be longer than ${LONGEST} characters` : undefined;
}

/** Controls, directions of writing, half characters, and ends of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
