import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dispatcherConformance, FAULTY_TASK } from '../../test/dispatcher-conformance.ts';
import type { EvaluationRequest } from '../evaluation/index.ts';
import { openLocalPool } from './index.ts';

dispatcherConformance('the local pool', async (options) => openLocalPool(options));

it('refuses a number of workers that is none', () => {
  for (const workers of [0, -1, 1.5, Number.NaN]) {
    expect(() => openLocalPool({ workers, directory: '.' })).toThrow(/workers: expected a positive integer/);
  }
});

it('says so where no worker can be started', async () => {
  const pool = openLocalPool({ workers: 1, directory: '.' });
  process.env.NODE_OPTIONS = '--require=./no-such-module.cjs';
  const request: EvaluationRequest = { rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed: 1 };
  const refused = expect(pool.evaluate(request)).rejects;
  await refused.toMatchObject({ code: 'worker', message: expect.stringContaining('no-such-module') });
  delete process.env.NODE_OPTIONS;
  expect((await pool.evaluate(request)).status).toBe('ok');
  await pool.close();
});

/** Processes are found by Linux's /proc. */
const onLinux = it.skipIf(process.platform !== 'linux');

onLinux('does not lose workers to a Ctrl-C, which a terminal sends to them too', async () => {
  const pool = openLocalPool({ workers: 1, directory: '.' });
  const request: EvaluationRequest = { rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed: 1 };
  await pool.evaluate(request);
  const [worker] = await childrenOf(process.pid);
  const training = pool.evaluate(
    { ...request, seed: 2 },
    { onProgress: () => process.kill(worker!, 'SIGINT') },
  );
  expect((await training).status).toBe('ok');
  expect(await childrenOf(process.pid)).toEqual([worker]);
  expect(pool.workers()[0]).toMatchObject({ finished: 2, restarts: 0 });
  await pool.close();
});

onLinux('leaves no worker behind when its process is killed, a hanging one neither', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nos-orphan-'));
  const pool = new URL('../../dist/dispatch/index.js', import.meta.url).href;
  await writeFile(join(directory, 'spin-1'), '');
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { openLocalPool } from ${JSON.stringify(pool)};
       const pool = openLocalPool({ workers: 2, directory: '.' });
       const request = { rule: 'sgd', task: ${JSON.stringify(FAULTY_TASK)}, protocol: 'quick', seed: 1 };
       for (let seed = 1; ; seed += 2) await Promise.all([seed, seed + 1].map((s) => pool.evaluate({ ...request, seed: s })));`,
    ],
    { stdio: 'inherit', env: { ...process.env, NOS_FAULTS: directory } },
  );
  await until(() => !existsSync(join(directory, 'spin-1')));
  const workers = await childrenOf(parent.pid as number);
  expect(workers.length).toBe(2);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await until(() => workers.every((pid) => !isAlive(pid)));
  await rm(directory, { recursive: true });
});

async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
