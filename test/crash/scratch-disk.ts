import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of the test's own, in memory, that can be full or read-only. */
export interface ScratchDisk {
  readonly directory: string;
  /** As of `mount -o remount`: `size=64m`, `ro`, `rw`. */
  remount(options: string): void;
  remove(): void;
}

/** Mounts one. @throws Error where this user may not mount, as anybody but root. */
export function mountScratchDisk(options: string): ScratchDisk {
  const directory = mkdtempSync(join(tmpdir(), 'nos-disk-'));
  mount(['-t', 'tmpfs', '-o', options, 'nos-test', directory]);
  return {
    directory,
    remount: (changed) => mount(['-o', `remount,${changed}`, directory]),
    remove: () => {
      spawnSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Why tests with a scratch disk cannot run here; nothing where they can. */
export const noScratchDisk: string | undefined = (() => {
  try {
    mountScratchDisk('size=64k').remove();
    return undefined;
  } catch (error) {
    return `SKIPPED, as this user may not mount a file system (${(error as Error).message.trim()})`;
  }
})();

if (noScratchDisk) console.warn(`Tests with a full or read-only disk: ${noScratchDisk}`);

function mount(args: readonly string[]): void {
  const { error, status, stderr } = spawnSync('mount', [...args], { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr);
}
