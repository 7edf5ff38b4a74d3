import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

/**
 * The built program, as a script would call it: in a working directory with a home, data and a store of the test file's own, and no
 * NOS_… of the developer's. `npm run build` comes first.
 */
export interface CommandLine {
  /** The working directory; gone when the test file is over. */
  readonly home: string;
  start(args: readonly string[], variables?: Variables): ChildProcess;
  finish(child: ChildProcess): Promise<Outcome>;
  nos(args: readonly string[], variables?: Variables): Promise<Outcome>;
  /** The document of a command that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what is in it
  json(args: readonly string[], variables?: Variables): Promise<any>;
}

export function commandLine(): CommandLine {
  const home = mkdtempSync(join(tmpdir(), 'nos-cli-'));
  beforeAll(() => expect(existsSync('dist/cli/main.js'), 'run `npm run build` first').toBe(true));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const start: CommandLine['start'] = (args, variables = {}) => {
    const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NOS_'));
    const own = { HOME: home, XDG_DATA_HOME: join(home, 'data'), NOS_STORE: join(home, 'nos.db') };
    const env = { ...Object.fromEntries(clean), ...own, ...variables };
    return spawn(process.execPath, [resolve('bin/nos'), ...args], {
      cwd: home,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  const nos: CommandLine['nos'] = (args, variables) => finish(start(args, variables));
  return {
    home,
    start,
    finish,
    nos,
    json: async (args, variables) => {
      const { code, stdout, stderr } = await nos([...args, '--json'], variables);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    },
  };
}

async function finish(child: ChildProcess): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
