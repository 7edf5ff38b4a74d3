/** Runs that stores of earlier versions hold go on under this version, to the very result that they would have had. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseRunConfig, type RunServices, resumeRun, startRun } from '../src/run/index.ts';
import { openStore } from '../src/store/index.ts';
import { HashDispatcher } from './hash-dispatcher.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-earlier-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Stopped runs of 60 rules, two thirds of the way, one for each strategy. */
const STOPPED = ['random', 'evolution', 'tree', 'rl'];

it.each(STOPPED)('a run of %s in a store of version 3', async (run) => {
  const [earlier, undisturbed] = [join(directory, 'earlier.db'), join(directory, 'undisturbed.db')];
  await copyFile(new URL('fixtures/store-version-3.db', import.meta.url), earlier);
  const services = (): Omit<RunServices, 'store'> => ({
    dispatcher: new HashDispatcher(),
    fingerprint: 'this machine',
    version: '1.0.0',
    clock: () => 0,
  });
  const store = await openStore(earlier);
  const { config, status, told } = await store.run(run);
  expect({ status, told }).toEqual({ status: 'stopped', told: expect.toBeOneOf([32, 36]) });
  await resumeRun(run, { ...services(), store });
  await store.close();
  const other = await openStore(undisturbed);
  await startRun(run, parseRunConfig(config), { ...services(), store: other });
  await other.close();
  expect(joined(await outcomeOf(earlier, run))).toEqual(joined(await outcomeOf(undisturbed, run)));
});

/** Checkpoints of version 3 held whole lists; the first one after them appends these as one piece. */
function joined(outcome: Outcome) {
  const lists = new Map<string, unknown[]>();
  for (const text of outcome.appended) {
    for (const [name, list] of Object.entries(listsOf(JSON.parse(text)))) {
      lists.set(name, [...(lists.get(name) ?? []), ...list]);
    }
  }
  return { ...outcome, appended: Object.fromEntries(lists) };
}

const listsOf = (piece: unknown[] | Record<string, unknown[]>): Record<string, unknown[]> =>
  Array.isArray(piece) ? { keys: piece } : piece;
