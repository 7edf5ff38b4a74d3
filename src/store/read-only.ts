import { access, constants, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NosError } from '../errors.ts';

/** A copy of a store, for reading. */
export interface StoreCopy {
  readonly path: string;
  /** Removes it; who has it open reads on. */
  remove(): Promise<void>;
}

/** The database, and the log beside it, which may hold its last transactions. */
const PARTS = ['', '-wal'];

/** How often a store is copied that somebody else writes meanwhile. */
const TRIES = 5;

/**
 * Copies a store that this user may read and not write: on a read-only medium, in a folder of somebody else's. SQLite would read such a
 * file only without its log, and an older version could not be brought up to date.
 *
 * @returns undefined if the store can be written, or is not there.
 */
export async function copyUnwritable(file: string): Promise<StoreCopy | undefined> {
  if (!(await may(file, constants.R_OK))) return undefined;
  if ((await may(file, constants.W_OK)) && (await may(dirname(file), constants.W_OK))) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'nos-store-copy-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const path = join(directory, 'store.db');
    for (let i = 0; i < TRIES; i++) {
      const before = await stateOf(file);
      for (const part of PARTS) await copyIfThere(`${file}${part}`, `${path}${part}`);
      if ((await stateOf(file)) === before) return { path, remove };
    }
    throw new NosError('unwritable', `${file}: somebody writes the store all the time`, 'try again later');
  } catch (error) {
    await remove();
    throw error;
  }
}

function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await rm(to, { force: true });
  }
}

/** A text that changes when one of the files does. */
async function stateOf(file: string): Promise<string> {
  const parts = PARTS.map((part) =>
    stat(`${file}${part}`).then(
      ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
      () => 'none',
    ),
  );
  return (await Promise.all(parts)).join();
}
