import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';

/** Older partial downloads belong to processes that were killed. */
const STALE_MILLISECONDS = 24 * 3_600_000;

/**
 * A fresh folder beside the final one, on the same file system, so that a rename is atomic. Removes stale ones, by the file
 * system's own clock.
 */
export async function makePartial(directory: string, folder: string): Promise<string> {
  const prefix = `${folder}.partial-`;
  await makeDirectory(directory);
  const fresh = await mkdtemp(join(directory, prefix));
  const now = (await stat(fresh)).mtimeMs;
  for (const name of await readdir(directory)) {
    if (!name.startsWith(prefix)) continue;
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found && now - found.mtimeMs > STALE_MILLISECONDS)
      await rm(join(directory, name), { recursive: true, force: true });
  }
  return fresh;
}

/** Runs what writes to the data directory. @throws NosError `unwritable` for whatever it throws. */
export async function writable<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unwritable(directory, error);
  }
}

export function unwritable(directory: string, cause: unknown): NosError {
  if (cause instanceof NosError) return cause;
  return new NosError(
    'unwritable',
    `cannot write data sets to ${directory}: ${(cause as Error).message}`,
    'make it writable, or name another directory by NOS_DATA_DIR',
    { cause },
  );
}

const DISK_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);

/** Whether the disk, not the source, is to blame: another source would meet the same. */
export function diskTrouble(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return DISK_CODES.has(code ?? '') && syscall !== 'connect';
}

/** Why a download failed, in one line; fetch hides it in the cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause instanceof Error && message === 'fetch failed' ? cause.message || cause.name : message;
  return inner.split('\n')[0] as string;
}
