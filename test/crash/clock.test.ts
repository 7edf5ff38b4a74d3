import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNos } from '../nos-process.ts';
import { outcomeOf } from '../outcome.ts';
import { noRedis, startRedis } from '../redis-server.ts';

const library = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`)
  .find(existsSync);
if (!library) console.warn('Tests of clocks that jump: SKIPPED (Debian: apt-get install libfaketime)');

const SEARCH =
  'search --task digits-mlp --space quick --strategy evolution --samples 20 --batch 4 --seed 2 --run a'.split(
    ' ',
  );

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'nos-clock-'));
});
afterAll(() => rmSync(home, { recursive: true }));

/** Hours by which the wall clock is wrong, one after the other; the monotonic clock goes on as ever. */
const JUMPS = [0, -2, 3, -1, 30, 0] as const;

describe.skipIf(!library || noRedis)('the wall clock of coordinator and worker', () => {
  it('may jump forwards and backwards by hours', async () => {
    const undisturbed = join(home, 'undisturbed.db');
    expect(await startNos(home, [...SEARCH, '--workers', '1', '--store', undisturbed]).ended).toBe(0);

    const clock = join(home, 'clock');
    const set = (hours: number): void => writeFileSync(clock, `${hours < 0 ? '' : '+'}${hours}h`);
    set(0);
    const variables = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const redis = await startRedis();
    const worker = startNos(home, ['worker', '--redis', redis.url, '--concurrency', '1'], variables);
    const store = join(home, 'jumping.db');
    const search = startNos(home, [...SEARCH, '--redis', redis.url, '--store', store], variables);
    await search.spoke;
    for (let i = 0; search.alive(); i++) {
      set(JUMPS[i % JUMPS.length] as number);
      await sleep(200);
    }
    expect(await search.ended, search.said()).toBe(0);
    await worker.kill();
    await redis.stop();
    expect(await outcomeOf(store, 'a')).toEqual(await outcomeOf(undisturbed, 'a'));
  });
});
