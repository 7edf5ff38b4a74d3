import { nearestName, shorten } from './names.ts';

/**
 * What can go wrong for reasons that a user can mend. The message says what and where in one line; `hint` says what to
 * do. The code is stable: scripts may test it. Anything that is not a NosError is a bug.
 */
export type ErrorCode =
  | 'bad-rule' // a rule text that does not parse, or a rule out of bounds
  | 'bad-option' // an option's value, a seed, a constraint
  | 'bad-text' // a text file that is missing, empty, not UTF-8, or not aligned with another
  | 'unknown-name' // a task, space, protocol, strategy, run, data set, catalogue name
  | 'task' // what a task of the user's own throws, or gives, that a task must not
  | 'strategy' // the same of a strategy of the user's own
  | 'optimizer' // an optimizer class of the user's own that is none, cannot be imported, or cannot be made
  | 'python' // a Python with torch that cannot be had, or that ends without an answer
  | 'data-missing' // a data set that is not on this machine
  | 'data-corrupt' // a file whose checksum is not the published one
  | 'network' // no source could be reached
  | 'unwritable' // a directory or file that cannot be written
  | 'store-newer' // a store written by a newer version
  | 'store-corrupt' // not a store, or a damaged one
  | 'bad-pack' // a file that is no packed run, a damaged one, or one that contradicts the store
  | 'run-exists' // a run of that name is there already
  | 'run-locked' // another process drives that run
  | 'fingerprint' // this machine does not compute what the run's machine computed
  | 'engine' // onnxruntime or a C compiler that cannot be had, or does not run on this machine
  | 'worker' // no worker could be started
  | 'address' // an address of this machine that cannot be listened on
  | 'queue'; // Redis that cannot be reached, refuses, or holds what is not ours

/** Codes that mean bad input: the command line exits with 2; every other code exits with 1. */
const USAGE: ReadonlySet<ErrorCode> = new Set([
  'bad-rule',
  'bad-option',
  'bad-text',
  'unknown-name',
  'bad-pack',
  'run-exists',
  'optimizer',
]);

export class NosError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, one line; may be empty. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'NosError';
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): 1 | 2 {
    return USAGE.has(this.code) ? 2 : 1;
  }
}

/** Longer lists of known names are left to the command that lists them. */
const LISTED = 24;

/**
 * The error for a name that is not in a registry: suggests the nearest known one, and lists them where they are few.
 *
 * @param listedBy What to type to see them all, such as `nos rules`.
 */
export function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
  listedBy?: string,
): NosError {
  const nearest = nearestName(name, known);
  const guess = nearest === undefined ? [] : [`did you mean '${nearest}'?`];
  const few = known.length === 0 ? 'there is none yet' : `known: ${known.join(', ')}`;
  const all = listedBy === undefined || known.length <= LISTED ? few : `${listedBy} lists all`;
  return new NosError('unknown-name', `unknown ${kind} '${shorten(name)}'`, [...guess, all].join(' '));
}
