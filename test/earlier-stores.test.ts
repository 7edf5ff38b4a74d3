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

/** Stopped runs of 60 and 24 rules, those of version 3 two thirds of the way, one for each strategy. */
const STOPPED = [
  ...['random', 'evolution', 'tree', 'rl'].map((run) => ({ run, version: 3 })),
  { run: 'evolution', version: 4 },
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
