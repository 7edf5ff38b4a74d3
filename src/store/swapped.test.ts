/** Rows that somebody moved from one run to another by hand, or that a repair of the file mixed up, are noticed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { openStore, type Store } from './index.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-swapped-'));
  path = join(directory, 'runs.db');
});
afterEach(() => rm(directory, { recursive: true }));

const EVALUATION: Evaluation = {
  ...{ rule: 'g', key: 'k', task: 'digits-mlp', protocol: 'quick', environment: 'none', seed: 1 },
  ...{ learningRate: 0.1, edgeOfGrid: false, sweep: [], reward: 0.5, curve: [], steps: 1, seconds: 1 },
  ...{ status: 'ok', fingerprint: 'machine', version: '0.1.0' },
};

/** A run of one batch; its content is the same for every name. */
async function addRun(store: Store, name: string): Promise<void> {
  const about = { createdAt: '2017-09-21T00:00:00.000Z', version: '0.1.0', fingerprint: 'machine' };
  await store.createRun({ name, config: {}, ...about });
  const proposals = [{ rule: 'g', tokens: [1], identity: { text: 'g', key: 'k' } }];
  await store.addBatch(
    name,
    { batch: 0, first: 0, proposals, appended: 'a' },
    { asked: 1, told: 0, state: 's' },
  );
  await store.addScore(name, 'proposal', 0, EVALUATION);
  await store.tellBatch(name, 0, { mean: 0.5 });
  await store.addLeases(name, [{ role: 'retest', index: 0, since: 1, until: 2 }]);
}

/** Reads all that a store has of a run. */
async function readAll(store: Store, run: string): Promise<unknown> {
  await store.verify(run);
  return [
    await store.proposals(run),
    await store.batches(run),
    await store.appended(run),
    await store.checkpoint(run),
    await store.scores(run),
    await store.leases(run),
    await store.run(run),
  ];
}

async function sql(...statements: readonly string[]): Promise<void> {
  const client = createClient({ url: `file:${path}` });
  await client.migrate([...statements]);
  client.close();
}

const exchanged = (table: string, column: string): readonly string[] =>
  [-1, 1, 2].map((to, i) => `UPDATE ${table} SET ${column} = ${to} WHERE ${column} = ${[1, 2, -1][i]}`);

it.each(['proposals', 'batches', 'checkpoints', 'scores', 'leases'])(
  '%s of two runs that were exchanged',
  async (table) => {
    const store = await openStore(path);
    for (const name of ['first', 'second']) await addRun(store, name);
    await readAll(store, 'first');
    await sql(...exchanged(table, 'run'));
    for (const name of ['first', 'second']) {
      await expect(readAll(store, name)).rejects.toMatchObject({
        code: 'store-corrupt',
        message: /checksum/,
      });
    }
    await store.close();
  },
);

it('runs that were exchanged', async () => {
  const store = await openStore(path);
  for (const name of ['first', 'second']) await addRun(store, name);
  await sql(...exchanged('runs', 'id'));
  await expect(readAll(store, 'first')).rejects.toMatchObject({ code: 'store-corrupt' });
  await store.close();
});

it('a run that was renamed, noted or reopened is still whole', async () => {
  const store = await openStore(path);
  await addRun(store, 'first');
  await store.addScore('first', 'proposal', 0, EVALUATION);
  const failed: Evaluation = { ...EVALUATION, seed: 2, status: 'failed', error: 'killed' };
  await store.addScore('first', 'retest', 0, failed);
  await store.renameRun('first', 'second');
  await store.noteRun('second', 'noted');
  await readAll(store, 'second');
  await store.reopenRun('second', { samples: 2 }, 1);
  await store.tellBatch('second', 0, { mean: 1 });
  await readAll(store, 'second');
  await store.close();
});
