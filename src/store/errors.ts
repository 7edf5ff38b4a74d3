import { NosError } from '../errors.ts';

/** Our statements are fixed and fit our tables: what they meet otherwise (no such table, no JSON) is damage. */
const DAMAGED = [
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_FORMAT',
  'SQLITE_SCHEMA',
  'SQLITE_ERROR',
  'SQLITE_MISMATCH',
  'SQLITE_CONSTRAINT',
];
const ROOM = 'check the permissions and the free space, or name another file as the store';
const UNWRITABLE = [
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'SQLITE_PERM',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'EACCES',
  'EEXIST',
  'ENOTDIR',
  'ENOENT',
  'EPERM',
  'EROFS',
  'ENOSPC',
];

/** Does `work` on the store at `path`; what SQLite or the file system refuses becomes a NosError. */
export async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error, path);
  }
}

/** Whether SQLite refused because somebody else holds the file's lock. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** The error for a store whose content is not what this program wrote. */
export function corrupt(path: string, what: string, cause?: unknown): NosError {
  return new NosError(
    'store-corrupt',
    `${path}: ${what}`,
    'restore the file from a copy, or move it away and start again',
    { cause },
  );
}

/** The error for a write to a store that can only be read. */
export function readOnly(path: string): NosError {
  return new NosError('unwritable', `${path}: the store cannot be written: it is read-only here`, ROOM);
}

function translate(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const is = (family: string): boolean => code.startsWith(family);
  if (DAMAGED.some(is)) {
    return corrupt(path, `not a store of runs, or a damaged one (${(error as Error).message})`, error);
  }
  if (!UNWRITABLE.some(is)) return error;
  const reason = is('SQLITE_CANTOPEN') ? 'the file cannot be opened' : (error as Error).message;
  return new NosError(
    'unwritable',
    `${path}: the store cannot be written: ${reason}`,
    isBusy(error) ? 'another process holds the file: end it, or try again' : ROOM,
    { cause: error },
  );
}

/** The code of an error of SQLite (its extended code begins with its plain one) or of the file system. */
function codeOf(error: unknown): string {
  // libSQL gives no code where the file cannot be opened at all.
  if (error instanceof Error && error.message.startsWith('ConnectionFailed')) return 'SQLITE_CANTOPEN';
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
