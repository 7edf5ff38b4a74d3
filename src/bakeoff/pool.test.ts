import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runTrials } from './pool.ts';
import { runTrial, type Trial, type TrialResult } from './trial.ts';

/** These are real processes: `npm run build` comes first. */
const trials: readonly Trial[] = [1, 2, 3].flatMap((seed) =>
  ['random', 'evolution'].map((strategy) => ({
    strategy,
    options: {},
    landscape: 'digits-mlp',
    noise: 0.01 * seed,
    seed,
    samples: 40,
  })),
);
const never = new AbortController().signal;

it('two workers give what one search after the other gives here', async () => {
  const results = new Map<Trial, TrialResult>();
  await runTrials(trials, {
    workers: 2,
    signal: never,
    onResult: (trial, result) => results.set(trial, result),
  });
  expect(results.size).toBe(trials.length);
  for (const trial of trials) expect(results.get(trial)).toEqual(await runTrial(trial));
});

it('no trials are no work', async () => {
  const onResult = () => expect.unreachable();
  expect(await runTrials([], { workers: 0, signal: never, onResult })).toBeUndefined();
});

it('what is wrong with a trial comes back', async () => {
  const wrong = { ...(trials[0] as Trial), strategy: 'evolutoin' };
  const onResult = () => undefined;
  await expect(runTrials([wrong], { workers: 1, signal: never, onResult })).rejects.toThrow(
    "unknown strategy 'evolutoin'",
  );
});

it('nothing starts once the signal has fired', async () => {
  const onResult = () => expect.unreachable();
  const running = runTrials(trials, { workers: 1, signal: AbortSignal.abort('before'), onResult });
  await expect(running).rejects.toBe('before');
});

/** Processes are found by Linux's /proc. */
const onLinux = it.skipIf(process.platform !== 'linux');

onLinux('a signal rejects with its reason, and leaves no process', async () => {
  const before = await childrenOf(process.pid);
  const controller = new AbortController();
  const reason = new Error('enough');
  const long = trials.map((trial, i) => ({ ...trial, samples: i === 0 ? 40 : 1_000_000 }));
  const given: Trial[] = [];
  let workers: readonly number[] = [];
  const running = runTrials(long, {
    workers: 2,
    signal: controller.signal,
    onResult: async (trial) => {
      given.push(trial);
      workers = (await childrenOf(process.pid)).filter((pid) => !before.includes(pid));
      controller.abort(reason);
    },
  });
  await expect(running).rejects.toBe(reason);
  expect(given).toEqual([long[0]]);
  expect(workers.length).toBe(2);
  await until(async () => {
    const left = await childrenOf(process.pid);
    return workers.every((pid) => !left.includes(pid));
  });
});

async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
