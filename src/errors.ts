/**
 * What can go wrong for reasons that a user can mend. The message says what and where in one line; `hint` says what to
 * do. The code is stable: scripts may test it. Anything that is not a NosError is a bug.
 */
export type ErrorCode =
  | 'bad-rule' // a rule text that does not parse, or a rule out of bounds
  | 'bad-option' // an option's value, a seed, a constraint
  | 'bad-text' // a text file that is missing, empty, not UTF-8, or not aligned with another
  | 'unknown-name' // a task, space, protocol, strategy, run, data set, catalogue name
  | 'data-missing' // a data set that is not on this machine
  | 'data-corrupt' // a file whose checksum is not the published one
  | 'network' // no source could be reached
  | 'unwritable' // a directory or file that cannot be written
  | 'store-newer' // a store written by a newer version
  | 'store-corrupt' // not a store, or a damaged one
  | 'run-exists' // a run of that name is there already
  | 'run-locked' // another process drives that run
  | 'fingerprint' // this machine does not compute what the run's machine computed
  | 'worker' // no worker could be started
  | 'address' // an address of this machine that cannot be listened on
  | 'queue'; // Redis that cannot be reached, refuses, or holds what is not ours

/** Codes that mean bad input: the command line exits with 2; every other code exits with 1. */
const USAGE: ReadonlySet<ErrorCode> = new Set([
  'bad-rule',
  'bad-option',
  'bad-text',
  'unknown-name',
  'run-exists',
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

/** The error for a name that is not in a registry: names the nearest known one. */
export function unknownName(kind: string, name: string, known: readonly string[]): NosError {
  const nearest = [...known].sort((a, b) => distance(name, a) - distance(name, b))[0];
  const guess = nearest !== undefined && distance(name, nearest) <= 3 ? `did you mean '${nearest}'? ` : '';
  return new NosError('unknown-name', `unknown ${kind} '${name}'`, `${guess}known: ${known.join(', ')}`);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
