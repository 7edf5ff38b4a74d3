/** Runs that stores of earlier versions hold go on under this version, to the very result that they would have had. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  packRun,
  parseRunConfig,
  type RunServices,
  resumeRun,
  startRun,
  unpackRun,
} from '../src/run/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { HashDispatcher } from './hash-dispatcher.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-earlier-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Stopped runs of 60 and 24 rules, those of version 3 two thirds of the way, one for each strategy. */
const STOPPED = [
  ...['random', 'evolution', 'tree', 'rl'].map((run) => ({ run, version: 3 })),
  { run: 'evolution', version: 4 },
  { run: 'evolution', version: 6 },
  { run: 'evolution', version: 7 },
];

it.each(STOPPED)('a run of $run in a store of version $version', async ({ run, version }) => {
  const [earlier, undisturbed] = [join(directory, 'earlier.db'), join(directory, 'undisturbed.db')];
  await copyFile(new URL(`fixtures/store-version-${version}.db`, import.meta.url), earlier);
  const services = (): Omit<RunServices, 'store'> => ({
    dispatcher: new HashDispatcher(),
    fingerprint: 'this machine',
    version: '1.0.0',
    clock: () => 0,
  });
  const store = await openStore(earlier);
  const { config, status, told } = await store.run(run);
  expect({ status, told }).toEqual({ status: 'stopped', told: expect.toBeOneOf([12, 32, 36]) });
  await resumeRun(run, { ...services(), store });
  await store.close();
  const other = await openStore(undisturbed);
  await startRun(run, parseRunConfig(config), { ...services(), store: other });
  await other.close();
  expect(joined(await outcomeOf(earlier, run))).toEqual(joined(await outcomeOf(undisturbed, run)));
});

it('a run in an environment in a store of version 4, with a note and lost evaluations', async () => {
  const path = join(directory, 'earlier.db');
  await copyFile(new URL('fixtures/store-version-4.db', import.meta.url), path);
  const store = await openStore(path);
  const services = { store, fingerprint: 'this machine', version: '1.0.0', clock: () => 0 };
  expect(await store.run('coarse')).toMatchObject({ note: 'in few bits', status: 'stopped', told: 12 });
  const lost = (await store.scores('coarse')).filter(({ evaluation }) => evaluation.status === 'failed');
  expect(lost.map(({ evaluation: { environment, reward } }) => [environment, reward])).toEqual([
    ['4bit', 0.1],
    ['4bit', 0.1],
  ]);
  await store.verify('coarse');
  await resumeRun('coarse', { ...services, dispatcher: new HashDispatcher() });
  const after = await store.scores('coarse');
  for (const score of lost) expect(after).toContainEqual(score);
  const [first] = lost.map(({ evaluation }) => evaluation);
  if (first === undefined) throw new Error('a lost evaluation was expected');
  expect(await store.findEvaluation(first, 'coarse')).toEqual({ evaluation: first });
  await store.close();
});

it('leases in a store of version 6, whose rows do not know their run; packed and unpacked, they do', async () => {
  const path = join(directory, 'earlier.db');
  await copyFile(new URL('fixtures/store-version-6.db', import.meta.url), path);
  const [store, other] = [await openStore(path), await openStore(join(directory, 'other.db'))];
  const leases = await store.leases('pulled');
  expect(leases.map(({ until }) => until)).toEqual([61_000, 61_000, 61_000]);
  await store.addLeases('pulled', [{ role: 'proposal', index: 9, since: 1, until: 2 }]);
  await other.createRun({ ...(await store.run('pulled')), name: 'another' });
  await unpackRun(other, await packed(store, 'pulled'));
  expect(await other.leases('pulled')).toEqual(await store.leases('pulled'));
  await store.close();
  await other.close();
  const client = createClient({ url: `file:${join(directory, 'other.db')}` });
  const { rows } = await client.execute('SELECT count(DISTINCT mark) AS marks FROM runs');
  client.close();
  expect(rows[0]?.marks).toBe(2);
});

async function packed(store: Store, run: string): Promise<string> {
  const file = join(directory, `${run}.run.gz`);
  await packRun(store, run, file);
  return file;
}

/**
 * Checkpoints of version 3 held whole lists; the first one after them appends these as one piece. Versions before 8 did not keep parents.
 */
function joined(outcome: Outcome) {
  const lists = new Map<string, unknown[]>();
  for (const text of outcome.appended) {
    for (const [name, list] of Object.entries(listsOf(JSON.parse(text)))) {
      lists.set(name, [...(lists.get(name) ?? []), ...list]);
    }
  }
  const proposals = outcome.proposals.map(({ parent: _, ...proposal }) => proposal);
  return { ...outcome, proposals, appended: Object.fromEntries(lists) };
}

const listsOf = (piece: unknown[] | Record<string, unknown[]>): Record<string, unknown[]> =>
  Array.isArray(piece) ? { keys: piece } : piece;
