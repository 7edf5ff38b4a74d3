/** Texts of a damaged file that are not UTF-8, at which libSQL's own decoding ends the process. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-text-'));
});
afterAll(() => rm(directory, { recursive: true }));

const COLUMNS = {
  runs: ['name', 'config', 'created_at', 'version', 'fingerprint', 'driver', 'note', 'checksum'],
  batches: ['metrics', 'appended', 'checksum'],
  proposals: ['tokens', 'rule', 'key', 'log_probability', 'checksum'],
  evaluations: [
    'key',
    'task',
    'protocol',
    'environment',
    'fingerprint',
    'version',
    'scope',
    'document',
    'checksum',
  ],
  scores: ['role', 'checksum'],
  checkpoints: ['state', 'checksum'],
};

const READS: readonly ((store: Store) => Promise<unknown>)[] = [
  (store) => store.listRuns(),
  (store) => store.run('tree'),
  (store) => store.run('none'),
  (store) => store.verify('tree'),
  (store) => store.proposals('tree'),
  (store) => store.proposal('tree', 0),
  (store) => store.batches('tree'),
  (store) => store.scores('tree'),
  async (store) => {
    for await (const score of store.streamSummaries('tree')) expect(score.role).toBeTypeOf('string');
  },
  (store) => store.checkpoint('tree'),
  (store) => store.appended('tree'),
  (store) => store.evaluations({}),
];

it.each(Object.entries(COLUMNS).flatMap(([table, columns]) => columns.map((column) => [table, column])))(
  'a text in %s.%s: read as it was, or said to be damage',
  async (table, column) => {
    const path = join(directory, `${table}-${column}.db`);
    await copyFile(new URL('../fixtures/store-version-3.db', import.meta.url), path);
    await (await openStore(path)).close();
    const client = createClient({ url: `file:${path}` });
    await client.execute(
      `UPDATE ${table} SET ${column} = CAST(X'61ff62' || coalesce(${column}, '') AS TEXT)`,
    );
    client.close();
    const store = await openStore(path);
    for (const read of READS) {
      const code = await read(store).then(
        () => 'read',
        (error: { readonly code?: string }) => error.code,
      );
      expect(['read', 'store-corrupt', 'unknown-name']).toContain(code);
    }
    await store.close();
  },
);
