import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalPool } from '../src/dispatch/index.ts';
import { fingerprint } from '../src/evaluate/index.ts';
import { type RunConfigInput, type RunEvent, resumeRun, startRun } from '../src/run/index.ts';
import { openStore } from '../src/store/index.ts';
import { packageVersion } from '../src/version.ts';
import { FAULTY_TASK } from './dispatcher-conformance.ts';
import { outcomeOf } from './outcome.ts';

/** A real search: the LSTM controller, in small, real worker processes, real trainings. */
const CONFIG: RunConfigInput = {
  task: FAULTY_TASK,
  space: { name: 'quick' },
  strategy: { name: 'rl', options: { hidden: 20, embedding: 20 } },
  protocol: 'quick',
  samples: 10,
  batch: 3,
  pipeline: 2,
  seed: 3,
  references: ['sgd', 'adam'],
  retest: { top: 2, seeds: 2 },
};

let directory: string;
let undisturbed: unknown;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-search-'));
  await drive('undisturbed', 1);
  undisturbed = await resultOf('undisturbed');
}, 180_000);
afterAll(() => rm(directory, { recursive: true }));

describe('the same search with the same seed gives the same proposals, rewards and leaderboard', {
  timeout: 180_000,
}, () => {
  it('with two workers that pause at random', async () => {
    await withEnvironment({ NOS_FAULT_DELAY_MS: '40' }, () => drive('delayed', 2));
    expect(await resultOf('delayed')).toEqual(undisturbed);
  });

  it('with workers that are killed in the middle of evaluations', async () => {
    const faults = await mkdtemp(join(directory, 'faults-'));
    const plant = async (event: RunEvent): Promise<void> => {
      // Two in all: three could strike one evaluation, which would then rightly be recorded as failed.
      if (event.type === 'evaluated' && event.index % 5 === 0) {
        await writeFile(join(faults, `kill-${event.index}`), '');
      }
    };
    const restarts = await withEnvironment({ NOS_FAULTS: faults }, () => drive('killed', 2, plant));
    expect(restarts).toBeGreaterThan(0);
    expect(await resultOf('killed')).toEqual(undisturbed);
  });

  it('when the whole search is killed, again and again, and resumed', async () => {
    for (const events of [1, 4, 9]) await driveAndKill('resumed', events);
    await drive('resumed', 1);
    expect(await resultOf('resumed')).toEqual(undisturbed);
  });
});

/** Drives the run in the store of that name to its end; gives the number of times that workers were started again. */
async function drive(
  name: string,
  workers: number,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<number> {
  const store = await openStore(pathOf(name));
  const dispatcher = openLocalPool({ workers, directory });
  const machine = { fingerprint: await fingerprint(), version: packageVersion, clock: Date.now };
  const services = { store, dispatcher, onEvent, ...machine };
  try {
    const there = (await store.listRuns()).length > 0;
    const result = await (there ? resumeRun('run', services) : startRun('run', CONFIG, services));
    expect(result.status).toBe('finished');
    return dispatcher.workers().reduce((sum, { restarts }) => sum + restarts, 0);
  } finally {
    await dispatcher.close();
    await store.close();
  }
}

/** The same in a process of its own, which is killed at its so many-th evaluation. */
async function driveAndKill(name: string, evaluations: number): Promise<void> {
  const script = fileURLToPath(new URL('./fixtures/drive-run.mjs', import.meta.url));
  const coordinator = spawn(process.execPath, [script, pathOf(name), '2', JSON.stringify(CONFIG)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let seen = 0;
  for await (const line of createInterface({ input: coordinator.stdout })) {
    if (line === 'evaluated' && ++seen === evaluations) coordinator.kill('SIGKILL');
  }
  if (coordinator.signalCode === null && coordinator.exitCode === null) await once(coordinator, 'exit');
  expect(coordinator.signalCode).toBe('SIGKILL');
}

const resultOf = (name: string): Promise<unknown> => outcomeOf(pathOf(name), 'run');

function pathOf(name: string): string {
  return join(directory, `${name}.db`);
}

async function withEnvironment<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
}
