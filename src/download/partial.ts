import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';

/** Partial folders of which nobody here can tell whether their process lives are given up after a day. */
const STALE_MILLISECONDS = 24 * 3_600_000;

/**
 * A fresh folder beside the final one, on the same file system, so that a rename is atomic. Its name says whose it is:
 * `cifar10.partial-MACHINE-PROCESS-START-XXXXXX`. Removes what processes left that were killed.
 *
 * @param directory Made if absent.
 * @param folder Name of the final folder in it.
 */
export async function makePartial(directory: string, folder: string): Promise<string> {
  await makeDirectory(directory);
  await removeAbandoned(directory);
  return mkdtemp(join(directory, `${folder}.partial-${OWNER}-`));
}

/** Removes the partial folders of a directory whose processes have ended; one that is not there has none. */
export async function removeAbandoned(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const path = join(directory, name);
    // What this user may not remove is left to others.
    if (await isAbandoned(name, path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

const OWNER = `${machine()}-${process.pid}-${Math.round(performance.timeOrigin)}`;

/** Process numbers mean something on one machine only, and in one container. */
function machine(): string {
  let container = '';
  try {
    container = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux.
  }
  return createHash('sha256').update(`${hostname()} ${container}`).digest('hex').slice(0, 8);
}

const OWNED = /^[\w.-]+\.partial-([0-9a-f]{8})-(\d+)-(\d+)-\w{6}$/;
/** Folders of versions before the owner was part of the name. */
const UNOWNED = /^[\w-]+\.partial-\w{6}$/;

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [, owner, pid, start] = OWNED.exec(name) ?? [];
  if (owner === machine()) {
    const own = Number(pid) === process.pid;
    return own ? `${owner}-${pid}-${start}` !== OWNER : !isAlive(Number(pid));
  }
  if (owner === undefined && !UNOWNED.test(name)) return false;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MILLISECONDS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, and lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
