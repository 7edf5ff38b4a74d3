import { spawn } from 'node:child_process';

/** Characters of what a compiler says that are kept. */
const MOST = 20_000;

export interface RunCompilerOptions {
  readonly cwd?: string;
  /** Seconds that it may take. */
  readonly seconds: number;
  /** Called every second while it works. */
  readonly onWork?: (() => void) | undefined;
}

/**
 * Runs a compiler to its end. It has a process group of its own: if it takes too long, or this process ends, everything that it started
 * ends with it.
 *
 * @param command The program, and arguments before all others.
 * @returns what it wrote to stdout.
 * @throws Error that says in a few words why it failed.
 */
export function runCompiler(
  [program, ...before]: readonly [string, ...string[]],
  more: readonly string[],
  { cwd, seconds, onWork = () => undefined }: RunCompilerOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...before, ...more], {
      ...(cwd !== undefined && { cwd }),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endGroup(child.pid);
    }, seconds * 1000);
    const signs = setInterval(onWork, 1000);
    const end = (): void => endGroup(child.pid);
    process.once('exit', end);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] = (said[name] + text).slice(0, MOST);
      });
    }
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      clearInterval(signs);
      process.off('exit', end);
      if (error === undefined) resolve(said.stdout);
      else reject(error);
    };
    child.once('error', settle);
    child.once('close', (code, signal) => {
      if (code === 0) return settle();
      const how = signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`;
      settle(new Error(late ? `it took more than ${seconds} s` : (complaintIn(said.stderr) ?? how)));
    });
  });
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

/** The line that says what is wrong. */
function complaintIn(stderr: string): string | undefined {
  const lines = stderr.split('\n').flatMap((line) => line.trim() || []);
  return lines.find((line) => /error|no space/i.test(line)) ?? lines[0];
}
