import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { startNos } from '../nos-process.ts';
import { mountScratchDisk, noScratchDisk, type ScratchDisk } from './scratch-disk.ts';

const fixture = (name: string): URL => new URL(`../fixtures/${name}`, import.meta.url);
const copies = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('nos-store-copy-'));

describe.skipIf(noScratchDisk)('a store on a read-only medium', () => {
  let disk: ScratchDisk;
  let home: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'nos-read-only-home-'));
    disk = mountScratchDisk('size=16m');
    const made = join(home, 'nos.db');
    copyFileSync(fixture('store-version-3.db'), made);
    copyFileSync(made, join(disk.directory, 'older.db'));
    const store = await openStore(made);
    await store.noteRun('tree', 'in the log beside the file');
    // As a kill leaves it, the last transaction in the write-ahead log.
    for (const suffix of ['', '-wal'])
      copyFileSync(`${made}${suffix}`, join(disk.directory, `nos.db${suffix}`));
    await store.close();
    disk.remount('ro');
  });
  afterAll(() => {
    disk.remove();
    rmSync(home, { recursive: true });
  });

  const nos = async (...args: readonly string[]) => {
    const player = startNos(home, [...args, '--store', join(disk.directory, 'nos.db')]);
    return { code: await player.ended, said: player.said() };
  };

  it('is read, its log included, and leaves no copy behind', async () => {
    const before = copies();
    expect(await nos('runs')).toEqual({ code: 0, said: '' });
    for (const args of [
      ['top', 'tree'],
      ['show', 'tree'],
      ['show', 'tree', '5'],
      ['log', 'tree', '--csv'],
    ]) {
      expect((await nos(...args)).code, args.join(' ')).toBe(0);
    }
    const store = await openStore(join(disk.directory, 'nos.db'));
    expect((await store.run('tree')).note).toBe('in the log beside the file');
    await store.close();
    expect(copies()).toEqual(before);
  }, 120_000);

  it('is read also where it is of an older version', async () => {
    const store = await openStore(join(disk.directory, 'older.db'));
    expect((await store.listRuns()).map(({ name }) => name)).toContain('rl');
    expect(await store.scores('rl')).not.toEqual([]);
    await store.close();
  });

  it('refuses to be written, in one line', async () => {
    const store = await openStore(join(disk.directory, 'nos.db'));
    const refusal = { code: 'unwritable', message: expect.stringMatching(/nos\.db: .*read-only/) };
    await expect(store.noteRun('tree', 'x')).rejects.toMatchObject(refusal);
    await expect(store.lockRun('tree', 'x')).rejects.toMatchObject(refusal);
    await expect(store.finishRun('tree')).rejects.toMatchObject(refusal);
    await store.close();
  });

  it('is not made where it is not there', async () => {
    await expect(openStore(join(disk.directory, 'none.db'))).rejects.toMatchObject({ code: 'unwritable' });
    expect(() => writeFileSync(join(disk.directory, 'x'), '')).toThrow('EROFS');
  });
});
