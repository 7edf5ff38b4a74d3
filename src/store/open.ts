import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient } from '@libsql/client/sqlite3';
import { makeDirectory } from '../make-directory.ts';
import { batchesOf } from './batches.ts';
import { Database } from './database.ts';
import { guarded } from './errors.ts';
import { evaluationsOf } from './evaluations.ts';
import { leasesOf } from './leases.ts';
import { packingOf } from './packing.ts';
import { copyUnwritable } from './read-only.ts';
import { runsOf } from './runs.ts';
import { prepareSchema } from './schema.ts';
import { BUSY_SECONDS, type Store } from './store.ts';

/**
 * Opens the store at `path`, and creates it, with its directory, where it is not there. One that may not be written is read through a
 * copy.
 *
 * @throws NosError `store-newer`, `store-corrupt`, `unwritable`; the file is left as it is then.
 */
export async function openStore(path: string): Promise<Store> {
  const file = resolve(path);
  return guarded(file, async () => {
    const copy = await copyUnwritable(file);
    if (copy === undefined) await makeDirectory(dirname(file));
    // One connection: SQLite writes one at a time anyway, and its settings then hold for every statement.
    const client = createClient({
      url: pathToFileURL(copy?.path ?? file).href,
      timeout: BUSY_SECONDS * 1000,
      concurrency: 1,
    });
    try {
      await prepareSchema(client, file);
      // With WAL this outlives a kill of the process; only a power cut may cost the last transactions, whole.
      await client.execute('PRAGMA synchronous = NORMAL');
      return storeOf(new Database(file, client, copy === undefined), client);
    } catch (error) {
      client.close();
      throw error;
    } finally {
      // SQLite has it open: so nothing is left behind, however this process ends.
      await copy?.remove();
    }
  });
}

function storeOf(db: Database, client: Client): Store {
  const { path } = db;
  const { locks, ...runs } = runsOf(db);
  const close = async (): Promise<void> => {
    for (const lock of locks) await lock.release();
    if (client.closed) return;
    // So that the one file is the whole store for whoever copies it. Not vital: the next to open it does the same.
    await client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
    client.close();
  };
  const parts = {
    ...runs,
    ...batchesOf(db),
    ...evaluationsOf(db),
    ...leasesOf(db),
    ...packingOf(db, client),
  };
  return { path, ...parts, close };
}
