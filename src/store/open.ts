import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client/sqlite3';
import { makeDirectory } from '../make-directory.ts';
import { guarded } from './errors.ts';
import { prepareSchema } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';
import { BUSY_SECONDS, type Store } from './store.ts';

/**
 * Opens the store at `path`, and creates it, with its directory, where it is not there.
 *
 * @throws NosError `store-newer`, `store-corrupt`, `unwritable`; the file is left as it is then.
 */
export async function openStore(path: string): Promise<Store> {
  const file = resolve(path);
  return guarded(file, async () => {
    await makeDirectory(dirname(file));
    // One connection: SQLite writes one at a time anyway, and its settings then hold for every statement.
    const client = createClient({
      url: pathToFileURL(file).href,
      timeout: BUSY_SECONDS * 1000,
      concurrency: 1,
    });
    try {
      await prepareSchema(client, file);
      // With WAL this outlives a kill of the process; only a power cut may cost the last transactions, whole.
      await client.execute('PRAGMA synchronous = NORMAL');
      return new SqliteStore(file, client);
    } catch (error) {
      client.close();
      throw error;
    }
  });
}
