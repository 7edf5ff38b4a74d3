import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client/sqlite3';
import { makeDirectory } from '../make-directory.ts';
import { isBusy } from './errors.ts';
import type { RunLock } from './store.ts';

/** How long to wait for the lock: longer than {@link isLocked} holds it, and short for a person who is refused. */
export const PATIENCE_MS = 500;

/**
 * Takes the lock on an (empty) file of its own: an open write transaction of SQLite. The operating system drops it with the
 * process, however that ends, so there is no heartbeat and no stale lock. The file stays: to delete it would let two
 * processes lock two files of one name.
 *
 * @returns undefined if somebody holds it, in this process or another.
 */
export async function lockFile(path: string, patienceMs: number): Promise<RunLock | undefined> {
  await makeDirectory(dirname(path));
  const client = createClient({ url: pathToFileURL(path).href, timeout: patienceMs });
  try {
    const transaction = await client.transaction('write');
    return {
      release: async () => {
        transaction.close();
        client.close();
      },
    };
  } catch (error) {
    client.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

/** Whether somebody holds the lock on `path`; false also where this user may not look. */
export async function isLocked(path: string): Promise<boolean> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return false;
  try {
    const lock = await lockFile(path, 0);
    await lock?.release();
    return lock === undefined;
  } catch {
    return false;
  }
}
