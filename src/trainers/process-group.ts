import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to all processes of a group; says whether there were any. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends processes that a trial left behind outside of its group, such as a server that put itself into the background: they are known by a
 * variable that they inherited. Looks where the system shows the environment of processes, which is on Linux.
 *
 * @param variable As it stands in the environment, and in no other process's: `NOS_TRIAL=/tmp/nos-trial-x/trial.json`.
 */
export function killStrays(variable: string): void {
  for (const pid of processes()) {
    if (pid === process.pid) continue;
    if (bytesOf(`/proc/${pid}/environ`)?.includes(variable)) kill(pid);
  }
}

/** The memory that the processes of a group have in use together, in bytes; 0 where the system does not show it. */
export function memoryOf(group: number): number {
  let bytes = 0;
  for (const pid of processes()) {
    // Behind the name, which may hold anything: state, parent, group.
    const [, , itsGroup] =
      read(`/proc/${pid}/stat`)
        ?.replace(/^.*\) /s, '')
        .split(' ') ?? [];
    if (Number(itsGroup) !== group) continue;
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
    bytes += Number(kilobytes ?? 0) * 1024;
  }
  return bytes;
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

const read = (path: string): string | undefined => bytesOf(path)?.toString();

/** What stands in a file of the system, which may be gone by now, or another user's. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}
