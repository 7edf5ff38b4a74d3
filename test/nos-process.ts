import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** A real `nos` process. */
export interface NosProcess {
  readonly pid: number;
  /** Resolves once it has said something on stderr, or has ended. */
  readonly spoke: Promise<unknown>;
  /** Resolves once what it has said on stderr matches, or it has ended. */
  says(pattern: RegExp): Promise<void>;
  /** Its exit code, or null for a kill, once it has ended. */
  readonly ended: Promise<number | null>;
  alive(): boolean;
  /** What it said on stderr, and on stdout. */
  said(): string;
  output(): string;
  /** SIGKILL; resolves once it is gone. False where it was gone before. */
  kill(): Promise<boolean>;
}

/** Starts `nos` with a home, a store and data of the test's own, and none of the developer's settings. */
export function startNos(
  home: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): NosProcess {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NOS_'));
  const env = { ...Object.fromEntries(clean), HOME: home, XDG_DATA_HOME: home, ...variables };
  const child = spawn(process.execPath, [resolve('bin/nos'), ...args], {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, output] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid as number,
    spoke: Promise.race([once(child.stderr, 'data'), ended]),
    says: async (pattern) => {
      while (!pattern.test(said) && alive()) await Promise.race([once(child.stderr, 'data'), ended]);
    },
    ended,
    alive,
    said: () => said,
    output: () => output,
    kill: () => killChild(child),
  };
}

async function killChild(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return child.signalCode === 'SIGKILL';
}

/** SIGKILL for the processes that a process has started, its evaluating ones; how many there were. */
export function killChildrenOf({ pid }: NosProcess): number {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  let killed = 0;
  for (const child of stdout.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(child), 'SIGKILL');
      killed++;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return killed;
}
