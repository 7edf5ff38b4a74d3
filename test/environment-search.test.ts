import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalPool } from '../src/dispatch/index.ts';
import { fingerprint } from '../src/evaluate/index.ts';
import { type RunConfigInput, resumeRun, startRun } from '../src/run/index.ts';
import { openStore } from '../src/store/index.ts';
import { packageVersion } from '../src/version.ts';

/** Real trainings in a real worker process, under gradients of one bit. */
const CONFIG: RunConfigInput = {
  task: 'digits-mlp',
  space: { name: 'quick' },
  strategy: { name: 'random' },
  protocol: 'quick',
  environment: 'gradient-1bit-feedback',
  samples: 5,
  batch: 2,
  seed: 4,
  references: ['sgd'],
  retest: { top: 1, seeds: 1 },
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-environment-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Drives the run, and stops it after so many evaluations. */
async function drive(name: string, stopAfter = Number.POSITIVE_INFINITY): Promise<unknown> {
  const store = await openStore(join(directory, `${name}.db`));
  const pool = await openLocalPool({ workers: 1, directory });
  const stop = new AbortController();
  let evaluated = 0;
  const services = {
    store,
    dispatcher: pool,
    fingerprint: await fingerprint(),
    version: packageVersion,
    clock: () => 0,
    signal: stop.signal,
    onEvent: ({ type }: { readonly type: string }) => {
      if (type === 'evaluated' && ++evaluated === stopAfter) stop.abort();
    },
  };
  try {
    const known = (await store.listRuns()).length > 0;
    const { leaderboard } = await (known ? resumeRun('run', services) : startRun('run', CONFIG, services));
    const scores = (await store.scores('run')).map(({ evaluation: { seconds: _, ...same }, ...score }) => ({
      ...score,
      ...same,
    }));
    return { leaderboard: leaderboard.map(({ key, reward }) => ({ key, reward })), scores };
  } finally {
    await pool.close();
    await store.close();
  }
}

describe('a search in an environment', () => {
  it('goes on after a stop to the same bits', { timeout: 180_000 }, async () => {
    const undisturbed = await drive('undisturbed');
    const stopped = await drive('stopped', 2);
    expect(stopped).not.toEqual(undisturbed);
    const resumed = await drive('stopped');
    expect(resumed).toEqual(undisturbed);
    const { scores } = resumed as { scores: { environment: string }[] };
    expect(scores.map(({ environment }) => environment)).toEqual(scores.map(() => 'gradient-1bit-feedback'));
  });
});
