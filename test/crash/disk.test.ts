import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOWL } from '../bowl.ts';
import { type NosProcess, startNos } from '../nos-process.ts';
import { outcomeOf } from '../outcome.ts';
import { mountScratchDisk, noScratchDisk, type ScratchDisk } from './scratch-disk.ts';

/** The controller's checkpoint is of 1 MB, and three are kept: a small disk is full after a few batches. */
const SEARCH =
  `search --task ${BOWL} --space quick --strategy rl --workers 1 --samples 18 --batch 3 --seed 2 --run a`.split(
    ' ',
  );

let home: string;
let undisturbed: unknown;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'nos-disk-home-'));
  const store = join(home, 'undisturbed.db');
  expect(await startNos(home, [...SEARCH, '--store', store]).ended).toBe(0);
  undisturbed = await outcomeOf(store, 'a');
}, 240_000);
afterAll(() => rmSync(home, { recursive: true }));

/** One line that says what and where, one that says what to do, after whatever the search had said. */
async function expectRefusal(player: NosProcess, message: RegExp): Promise<void> {
  const code = await player.ended;
  const said = player.said();
  expect(said).toMatch(message);
  expect(code, said).toBe(1);
  expect(said.match(/^nos: /gm)).toHaveLength(1);
  expect(said).toMatch(/^check the permissions and the free space, or name another file as the store$/m);
  expect(said).not.toMatch(/^ +at /m);
}

describe.skipIf(noScratchDisk)('a disk', () => {
  let disk: ScratchDisk;
  const store = (): string => join(disk.directory, 'nos.db');
  const resume = (): NosProcess => startNos(home, ['resume', 'a', '--workers', '1', '--store', store()]);

  it('that is full ends the search, which goes on to the same result once there is room', async () => {
    disk = mountScratchDisk('size=4m');
    try {
      const full = /^nos: \/\S+nos\.db: the store cannot be written: .*(full|disk I\/O)/m;
      await expectRefusal(startNos(home, [...SEARCH, '--store', store()]), full);
      await expectRefusal(resume(), full);
      disk.remount('size=64m');
      const resumed = resume();
      expect(await resumed.ended, resumed.said()).toBe(0);
      expect(await outcomeOf(store(), 'a')).toEqual(undisturbed);
    } finally {
      disk.remove();
    }
  });

  it('that is read-only is refused, and the search goes on to the same result once it is not', async () => {
    disk = mountScratchDisk('size=64m');
    try {
      const stopped = startNos(home, [...SEARCH, '--store', store()]);
      await stopped.says(/^run a:/m);
      await stopped.kill();
      disk.remount('ro');
      const refused = /^nos: \/\S+nos\.db: the store cannot be written: /m;
      await expectRefusal(resume(), refused);
      await expectRefusal(
        startNos(home, [...SEARCH, '--store', join(disk.directory, 'other.db')]),
        /other\.db/,
      );
      disk.remount('rw');
      const resumed = resume();
      expect(await resumed.ended, resumed.said()).toBe(0);
      expect(await outcomeOf(store(), 'a')).toEqual(undisturbed);
    } finally {
      disk.remove();
    }
  });
});

describe.skipIf(process.getuid?.() === 0)('a directory', () => {
  it('that this user may not write is refused', async () => {
    const directory = join(home, 'read-only');
    mkdirSync(directory);
    chmodSync(directory, 0o555);
    await expectRefusal(
      startNos(home, [...SEARCH, '--store', join(directory, 'nos.db')]),
      /read-only\/nos\.db/,
    );
  });
});
