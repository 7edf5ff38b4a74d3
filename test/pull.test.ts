/** Runs whose trials are asked for and told: the same proposals whatever the order, the processes and the kills. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import {
  askTrials,
  createPullRun,
  type LentTrial,
  type PullConfig,
  type PullConfigInput,
  parsePullConfig,
  startRun,
  type Tell,
  tellTrials,
} from '../src/run/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { HashDispatcher } from './hash-dispatcher.ts';
import { outcomeOf } from './outcome.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-pull-'));
  path = join(directory, 'runs.db');
});
afterEach(() => rm(directory, { recursive: true }));

const INPUT: PullConfigInput = {
  task: 'own',
  space: { name: 'quick' },
  strategy: { name: 'evolution' },
  samples: 11,
  batch: 3,
  pipeline: 2,
  seed: 7,
  references: ['adam', 'sgd'],
  retest: { top: 1, seeds: 2 },
  pull: { metric: 'val_loss', goal: 'maximise', learningRates: [0.1] },
};

const MINUTE = 60_000;

/** The value that HashDispatcher gives. */
const hashOf = ({ key, seed }: LentTrial): number =>
  createHash('sha256').update(`${key} ${seed}`).digest().readUInt32LE() / 2 ** 32;

const toldOf = (trial: LentTrial): Tell => ({ trial: trial.trial, value: hashOf(trial), learningRate: 0.1 });

async function withStore<T>(work: (store: Store) => Promise<T>, file = path): Promise<T> {
  const store = await openStore(file);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function create(input: PullConfigInput = INPUT): Promise<PullConfig> {
  const config = await parsePullConfig(input);
  await withStore((store) => createPullRun('a', config, { store, clock: () => 0 }, '1.0.0'));
  return config;
}

/** Every call is a process of its own: it knows what the store has, and nothing else. */
const ask = (count: number, now = 0, seconds = 60) =>
  withStore((store) => askTrials('a', { count, seconds }, { store, clock: () => now }));
const tell = (tells: readonly Tell[], now = 0) =>
  withStore((store) => tellTrials('a', tells, { store, clock: () => now }));

/** What must be equal whoever told what when. */
async function foundIn(file = path) {
  const { proposals, batches, checkpoint, appended, leaderboard } = await outcomeOf(file, 'a');
  const rules = proposals.map(({ evaluation, ...proposal }) => ({ ...proposal, reward: evaluation?.reward }));
  return { rules, batches, checkpoint, appended, leaderboard };
}

/** Asks and tells in an order that the seed gives, some trials never and some twice, until the run is finished. */
async function disturbed(seed: number): Promise<void> {
  const random = stream(seed, 'disturb');
  const mine: LentTrial[] = [];
  for (let now = 0; ; now += MINUTE / 4) {
    const asked = await ask(1 + random.integer(3), now);
    if (asked.status === 'finished') return;
    mine.push(...asked.trials);
    for (let told = random.integer(4); told > 0 && mine.length > 0; told--) {
      const [trial] = mine.splice(random.integer(mine.length), 1);
      // A worker that ends without a word: the trial is given out again after its lease.
      if (random.integer(5) === 0) continue;
      await tell(random.integer(4) === 0 ? [toldOf(trial!), toldOf(trial!)] : [toldOf(trial!)], now);
    }
  }
}

describe('asking and telling', () => {
  it.each([1, 2])('gives what a search gives, whatever the order: disturbance %d', async (seed) => {
    const { pull: _, ...config } = await create();
    await disturbed(seed);
    const other = join(directory, 'search.db');
    await withStore(
      (store) =>
        startRun(
          'a',
          { ...config, task: 'digits-mlp', protocol: 'quick' },
          {
            ...{ store, dispatcher: new HashDispatcher(), clock: () => 0 },
            ...{ fingerprint: 'this machine', version: '1.0.0' },
          },
        ),
      other,
    );
    expect(await foundIn()).toEqual(await foundIn(other));
    await withStore(async (store) => {
      await store.verify('a');
      expect((await store.run('a')).status).toBe('finished');
    });
  });

  it.each(['random', 'rl'])('of strategy %s too', async (name) => {
    await create({ ...INPUT, strategy: { name } });
    await disturbed(4);
    const first = await foundIn();
    path = join(directory, 'again.db');
    await create({ ...INPUT, strategy: { name } });
    await disturbed(5);
    expect(await foundIn()).toEqual(first);
  });

  it('gives a trial to one, and to another after its lease', async () => {
    await create();
    const first = await ask(3, 0);
    const second = await ask(3, MINUTE - 1);
    expect(second.trials.map(({ trial }) => trial)).not.toContain(first.trials[0]!.trial);
    const third = await ask(3, MINUTE);
    expect(third.trials.map(({ trial }) => trial)).toEqual(first.trials.map(({ trial }) => trial));
    const rest = await ask(100, MINUTE);
    const none = await ask(1, MINUTE);
    expect(none).toMatchObject({ status: 'waiting', trials: [], leased: 6 + rest.trials.length });
    // The lease of the second call's trials is over first.
    expect(none.nextLeaseEnd).toBe(2 * MINUTE - 1);
  });

  it('gives equal rules to one', async () => {
    await create({ ...INPUT, strategy: { name: 'random', warmStart: ['adam', 'g', '1 * g', 'g'] } });
    const { trials } = await ask(100);
    expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length);
    await tell(trials.map(toldOf));
    const proposals = await withStore((store) => store.proposals('a'));
    expect(proposals.slice(0, 4).every(({ evaluation }) => evaluation !== undefined)).toBe(true);
  });

  it('takes the same value twice, and refuses another one', async () => {
    await create();
    const [trial] = (await ask(1)).trials;
    const told = { trial: trial!.trial, value: 0.5 };
    expect((await tell([told])).heard[0]!.isNew).toBe(true);
    expect((await tell([told])).heard[0]!.isNew).toBe(false);
    await expect(tell([{ ...told, value: 0.6 }])).rejects.toMatchObject({ code: 'bad-option' });
    await expect(tell([{ trial: told.trial, failed: 'lost' }])).rejects.toMatchObject({ code: 'bad-option' });
    await expect(tell([{ ...told, trial: '99' }])).rejects.toMatchObject({ code: 'unknown-name' });
    await expect(tell([{ ...told, trial: 'retest-0' }])).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('never places a failed training above a finished one, where less is better', async () => {
    const pull = { ...INPUT.pull, goal: 'minimise' } as const;
    await create({ ...INPUT, pull, retest: { top: 0, seeds: 0 } });
    for (let asked = await ask(3); asked.trials.length > 0; asked = await ask(3)) {
      const [first, second, ...others] = asked.trials;
      await tell([
        { trial: first!.trial, value: 100 + hashOf(first!) },
        ...(second ? [{ trial: second.trial, value: Number.NaN }] : []),
        ...others.map(({ trial }) => ({ trial, failed: 'out of memory' })),
      ]);
    }
    const { leaderboard } = await foundIn();
    const finished = leaderboard.filter(({ status }) => status === 'ok');
    expect(leaderboard.slice(0, finished.length)).toEqual(finished);
    expect(new Set(leaderboard.map(({ status }) => status))).toEqual(new Set(['ok', 'diverged', 'failed']));
    const rewards = finished.map(({ reward }) => reward);
    expect(rewards).toEqual([...rewards].sort((a, b) => b - a));
  });
});
