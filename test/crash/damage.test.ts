/**
 * Damages the store of a stopped run as disks and careless copies do. Either the run goes on to the result that it would have
 * had, because what was lost is whole transactions and is done again, or the damage is found and said; never anything else.
 */
import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NosError } from '../../src/errors.ts';
import { type Stream, stream } from '../../src/random/index.ts';
import { type RunConfigInput, type RunServices, resumeRun, startRun } from '../../src/run/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { HashDispatcher } from '../hash-dispatcher.ts';
import { outcomeOf } from '../outcome.ts';

const CASES = 120;

const CONFIG: RunConfigInput = {
  task: 'digits-mlp',
  space: { name: 'quick' },
  strategy: { name: 'evolution' },
  protocol: 'quick',
  samples: 60,
  batch: 4,
  seed: 5,
  references: ['sgd', 'adam'],
};

let directory: string;
let undisturbed: unknown;
const stopped = (): string => join(directory, 'stopped.db');

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-damage-'));
  await drive(join(directory, 'undisturbed.db'));
  undisturbed = await outcomeOf(join(directory, 'undisturbed.db'), 'a');
  const path = join(directory, 'open.db');
  await (await driveUntil(path, 25)).close();
  // Copied while it is open: as a kill leaves it, one part in the database, the other in the write-ahead log.
  const store = await driveUntil(path, 25);
  for (const suffix of ['', '-wal']) await copyFile(`${path}${suffix}`, `${stopped()}${suffix}`);
  await store.close();
});
afterAll(() => rm(directory, { recursive: true }));

const services = (): Omit<RunServices, 'store'> => ({
  dispatcher: new HashDispatcher(),
  fingerprint: 'this machine',
  version: '1.0.0',
  clock: () => 0,
});

/** Starts the run, or goes on with it, to its end. */
async function drive(path: string): Promise<void> {
  await (await driveUntil(path, Number.POSITIVE_INFINITY)).close();
}

/** The same, but stops it at its so many-th event, and leaves the store open. */
async function driveUntil(path: string, events: number): Promise<Store> {
  const store = await openStore(path);
  const stop = new AbortController();
  let seen = 0;
  const onEvent = (): void => {
    if (++seen === events) stop.abort();
  };
  const all = { ...services(), store, onEvent, signal: stop.signal };
  try {
    const there = (await store.listRuns()).length > 0;
    await (there ? resumeRun('a', all) : startRun('a', CONFIG, all));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

type Damage = (path: string, random: Stream) => Promise<void>;

const place = async (path: string, random: Stream): Promise<number> =>
  random.integer((await stat(path)).size);

const cut: Damage = async (path, random) => truncate(path, await place(path, random));

const flip: Damage = async (path, random) => {
  const bytes = await readFile(path);
  const at = await place(path, random);
  bytes[at] = (bytes[at] as number) ^ (1 << random.integer(8));
  await writeFile(path, bytes);
};

const blank: Damage = async (path, random) => {
  const bytes = await readFile(path);
  const at = Math.floor((await place(path, random)) / 512) * 512;
  await writeFile(path, bytes.fill(0, at, at + 512));
};

const DAMAGES: Readonly<Record<string, Damage>> = { cut, flip, blank };

it.each(
  Object.keys(DAMAGES).flatMap((kind) => ['the database', 'its write-ahead log'].map((file) => [kind, file])),
)('%s of %s: the same result, or an error that says so', async (kind, file) => {
  const outcomes = { same: 0, refused: 0 };
  const files = Object.keys(DAMAGES).length * 2;
  for (let i = 0; i < CASES / files; i++) {
    const path = join(directory, `${kind}-${file.length}-${i}.db`);
    for (const suffix of ['', '-wal']) await copyFile(`${stopped()}${suffix}`, `${path}${suffix}`);
    const damaged = file === 'the database' ? path : `${path}-wal`;
    await DAMAGES[kind]?.(damaged, stream(i, 'damage', kind, file));
    const outcome = await drive(path)
      .then(() => outcomeOf(path, 'a'))
      .catch((error: unknown) => error);
    if (!(outcome instanceof Error)) {
      expect(outcome, `case ${i}`).toEqual(undisturbed);
      outcomes.same++;
      continue;
    }
    expect(outcome, `case ${i}`).toBeInstanceOf(NosError);
    const { code, message, hint } = outcome as NosError;
    expect(['store-corrupt', 'store-newer', 'unwritable'], `case ${i}: ${message}`).toContain(code);
    expect(message).toContain(path);
    expect(hint).not.toBe('');
    outcomes.refused++;
  }
  if (kind === 'cut' && file === 'the database') expect(outcomes.refused).toBeGreaterThan(0);
  // It has lost its last transactions, whole, and they are done again.
  else if (kind === 'cut') expect(outcomes.refused).toBe(0);
});
