import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRedisQueue, runRedisWorker } from '../../src/dispatch/index.ts';
import { fingerprint } from '../../src/evaluate/index.ts';
import { type RunConfigInput, type RunResult, startRun } from '../../src/run/index.ts';
import { openStore } from '../../src/store/index.ts';
import { packageVersion } from '../../src/version.ts';
import { type NosProcess, startNos } from '../nos-process.ts';
import { outcomeOf } from '../outcome.ts';
import { noRedis, startRedis } from '../redis-server.ts';

/** The number of the process that was created last; the next one gets the next. */
const LAST_PID = '/proc/sys/kernel/ns_last_pid';
const noPids: string | undefined =
  process.getuid?.() === 0 && existsSync(LAST_PID)
    ? undefined
    : 'SKIPPED, as this user may not choose the number of a process';
if (noPids) console.warn(`The test of a number that another process has by now: ${noPids}`);

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'nos-coordinators-'));
});
afterAll(() => rmSync(home, { recursive: true }));

describe('a run', () => {
  const store = (): string => join(home, 'one.db');
  const resume = (): NosProcess => startNos(home, ['resume', 'a', '--workers', '1', '--store', store()]);
  const started: NosProcess[] = [];
  let stranger: ChildProcess | undefined;
  afterEach(async () => {
    stranger?.kill('SIGKILL');
    for (const player of started) await player.kill();
  });

  it('has one coordinator: the second is refused, and is not once the first is killed', async () => {
    const search = 'search --task digits-mlp --space quick --samples 500 --workers 1 --run a --store'.split(
      ' ',
    );
    const first = startNos(home, [...search, store()]);
    started.push(first);
    await first.says(/^run a:/m);
    const second = resume();
    expect(await second.ended, second.said()).toBe(1);
    expect(second.said()).toMatch(
      new RegExp(
        `^nos: run 'a' is driven by another coordinator \\(process ${first.pid} on .*\\)\nwait for it`,
      ),
    );
    await first.kill();
    if (!noPids) stranger = processWith(first.pid);
    const third = resume();
    started.push(third);
    await third.says(/^run a:/m);
    expect(third.said()).toMatch(/^run a: 500 rules/m);
  });
});

/** A process of that number, which has nothing to do with us. Others may take the number first: then it tries again. */
function processWith(pid: number): ChildProcess {
  for (let tries = 0; tries < 100; tries++) {
    writeFileSync(LAST_PID, String(pid - 1));
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    if (child.pid === pid) return child;
    child.kill('SIGKILL');
  }
  throw new Error(`no process got the number ${pid}; the last was ${readFileSync(LAST_PID, 'utf8')}`);
}

describe.skipIf(noRedis)('runs of one name on machines that share only a Redis', () => {
  const CONFIG: RunConfigInput = {
    task: 'digits-mlp',
    space: { name: 'quick' },
    strategy: { name: 'evolution' },
    protocol: 'quick',
    samples: 12,
    batch: 3,
    seed: 5,
    references: ['sgd'],
    retest: { top: 2, seeds: 1 },
  };

  it('both get every answer, and the one that ends first takes nothing from the other', async () => {
    const redis = await startRedis();
    const { url } = redis;
    const stop = new AbortController();
    const worker = runRedisWorker({ url, directory: home, concurrency: 1, signal: stop.signal });
    const drive = async (name: string, config: RunConfigInput): Promise<RunResult> => {
      const store = await openStore(join(home, `${name}.db`));
      const dispatcher = await openRedisQueue({ url, directory: home, run: 'same' });
      const machine = { fingerprint: await fingerprint(), version: packageVersion, clock: () => 0 };
      try {
        return await startRun('same', config, { store, dispatcher, ...machine });
      } finally {
        await dispatcher.close();
        await store.close();
      }
    };
    const shorter = { ...CONFIG, samples: 6 };
    const results = await Promise.all([
      drive('one', CONFIG),
      drive('other', CONFIG),
      drive('short', shorter),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
    expect(await outcomeOf(join(home, 'one.db'), 'same')).toEqual(
      await outcomeOf(join(home, 'other.db'), 'same'),
    );
    stop.abort();
    await worker;
    await redis.stop();
  });
});
