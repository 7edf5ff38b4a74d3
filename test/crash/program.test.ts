import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NosProcess, startNos } from '../nos-process.ts';
import { outcomeOf } from '../outcome.ts';
import { noRedis, startRedis } from '../redis-server.ts';

/** A program whose loss is a hash of the rule, its learning rate and the seed; some fail. */
const PROGRAM = `
rule=$(grep -v 'Made by' "\${NOS_OPTIMIZER%:*}" | cksum | cut -d' ' -f1)
number=$(printf %s "$rule $NOS_LR $NOS_SEED" | cksum | cut -d' ' -f1)
[ $((number % 9)) -eq 0 ] && { echo "RuntimeError: no luck" >&2; exit 1; }
for step in 1 2 3; do echo "step=$step loss=$((number % 100 + 9 - step))"; sleep 0.05; done
echo "loss=$((number % 100)).5"
`;
const RECORD = {
  ...{ command: 'sh program.sh ${args}', metric: 'loss', goal: 'minimise' },
  ...{ steps: 3, learningRates: [0.001, 0.01] },
};
const SEARCH =
  'search --task ./nos.task.json --space quick --strategy evolution --samples 14 --batch 4 --retest 1x2 --seed 2 --run a'.split(
    ' ',
  );

let home: string;
let temporary: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'nos-program-'));
  temporary = join(home, 'tmp');
  mkdirSync(temporary);
  writeFileSync(join(home, 'program.sh'), PROGRAM);
  writeFileSync(join(home, 'nos.task.json'), JSON.stringify(RECORD));
});
afterAll(() => rmSync(home, { recursive: true }));

const start = (...args: readonly string[]): NosProcess => startNos(home, args, { TMPDIR: temporary });

/** Commands of processes that a trial of this test has started, and that still run. */
function trials(): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const variables = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, 'utf8') : '';
      if (!variables.includes(`NOS_TRIAL=${temporary}`)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return [];
    }
  });
}

/** Waits until nothing is left of any trial: neither a process nor a folder. */
async function nothingLeft(): Promise<void> {
  for (let i = 0; i < 100 && (trials().length > 0 || readdirSync(temporary).length > 0); i++)
    await sleep(100);
  expect(trials()).toEqual([]);
  expect(readdirSync(temporary).filter((name) => name.startsWith('nos-trial-'))).toEqual([]);
}

async function untilATrialRuns(nos: NosProcess): Promise<void> {
  while (nos.alive() && trials().length === 0) await sleep(20);
}

describe('a search on a program', () => {
  const whole = () => join(home, 'whole.db');

  it('comes to an end, with every failure kept', async () => {
    const search = start(...SEARCH, '--workers', '2', '--store', whole());
    expect(await search.ended, search.said()).toBe(0);
    expect(search.output()).toContain('loss: lower is better');
    await nothingLeft();
  });

  it('is the same after kills of coordinator and workers, and leaves nothing running', async () => {
    const store = join(home, 'killed.db');
    let nos = start(...SEARCH, '--workers', '1', '--store', store);
    for (let i = 0; i < 3; i++) {
      await nos.spoke;
      await untilATrialRuns(nos);
      await sleep(150 * (i + 1));
      await nos.kill();
      await nothingLeft();
      nos = start('resume', 'a', '--workers', '2', '--store', store);
    }
    expect(await nos.ended, nos.said()).toBe(0);
    expect(await outcomeOf(store, 'a')).toEqual(await outcomeOf(whole(), 'a'));
    await nothingLeft();
  });

  it.skipIf(noRedis)('is the same on a worker of a queue, which has the program itself', async () => {
    const store = join(home, 'redis.db');
    const redis = await startRedis();
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    for (const name of ['program.sh', 'nos.task.json']) {
      writeFileSync(join(elsewhere, name), readFileSync(join(home, name)));
    }
    const search = start(...SEARCH, '--redis', redis.url, '--store', store);
    const task = join(elsewhere, 'nos.task.json');
    const first = start('worker', '--redis', redis.url, '--task', task, '--concurrency', '2');
    await untilATrialRuns(first);
    await first.kill();
    await nothingLeft();
    const second = start('worker', '--redis', redis.url, '--task', task, '--concurrency', '2');
    expect(await search.ended, search.said() + second.said()).toBe(0);
    await second.kill();
    await redis.stop();
    expect(await outcomeOf(store, 'a')).toEqual(await outcomeOf(whole(), 'a'));
    await nothingLeft();
  });

  it.skipIf(noRedis)('takes no worker whose program is another one', async () => {
    const redis = await startRedis();
    const other = join(home, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'program.sh'), `${PROGRAM}# changed\n`);
    writeFileSync(join(other, 'nos.task.json'), JSON.stringify(RECORD));
    const search = start(...SEARCH, '--redis', redis.url, '--store', join(home, 'other.db'));
    const worker = start('worker', '--redis', redis.url, '--task', join(other, 'nos.task.json'));
    await worker.says(/is none that this worker was given/);
    expect(worker.said()).toMatch(/task nos\.task\.json#[0-9a-f]{12} is none that this worker was given/);
    expect(trials()).toEqual([]);
    await Promise.all([search.kill(), worker.kill()]);
    await redis.stop();
  });

  it('refuses to go on with a program that has changed', async () => {
    const store = join(home, 'changed.db');
    const search = start(...SEARCH, '--workers', '1', '--store', store);
    await search.says(/batch 1/);
    await search.kill();
    writeFileSync(join(home, 'program.sh'), `${PROGRAM}# changed\n`);
    const resumed = start('resume', 'a', '--store', store);
    expect(await resumed.ended).toBe(2);
    expect(resumed.said()).toContain('has changed since the run began');
    writeFileSync(join(home, 'program.sh'), PROGRAM);
  });
});
