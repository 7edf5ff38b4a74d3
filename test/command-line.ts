import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect } from 'vitest';
import * as z from 'zod';
import { commands } from '../src/cli/commands/index.ts';
import { nos as nosHere } from '../src/cli/nos.ts';
import type { Ask } from '../src/cli/process.ts';
import { entryOf } from '../src/cli/program.ts';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

interface Caller {
  nos(args: readonly string[], variables?: Variables): Promise<Outcome>;
  /** The document of a command that must succeed; it is what its schema says. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what is in it
  json(args: readonly string[], variables?: Variables): Promise<any>;
}

/**
 * `nos` as a script would call it: in a working directory with a home, data and a store of the test file's own, and no NOS_… of the
 * developer's. It runs the built program: `npm run build` comes first.
 */
export interface CommandLine extends Caller {
  /** The working directory, this process's too; gone when the test file is over. */
  readonly home: string;
  /** @param directory - where it is called, the home unless given. */
  start(args: readonly string[], variables?: Variables, directory?: string): ChildProcess;
  finish(child: ChildProcess): Promise<Outcome>;
  /**
   * The same, from the sources and in this process, which saves a second of a processor a call: for what is not about
   * processes, that is, about signals, terminals, pipes, or how a process ends.
   */
  readonly here: Omit<Caller, 'nos'> & {
    /** @param ask - who answers questions; nobody unless given. */
    nos(args: readonly string[], variables?: Variables, ask?: Ask): Promise<Outcome>;
  };
}

const PROGRAM = resolve('bin/nos');

export function commandLine(): CommandLine {
  // As the working directory of a process is told: without links.
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'nos-cli-')));
  const before = process.cwd();
  beforeAll(() => {
    expect(existsSync('dist/cli/main.js'), 'run `npm run build` first').toBe(true);
    process.chdir(home);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(home, { recursive: true, force: true });
  });

  const environment = (variables: Variables): NodeJS.ProcessEnv => {
    const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NOS_'));
    const own = { HOME: home, XDG_DATA_HOME: join(home, 'data'), NOS_STORE: join(home, 'nos.db') };
    // A second worker process costs more than the few trainings of a test, and other test files use the other cores.
    return { ...Object.fromEntries(clean), ...own, NOS_WORKERS: '1', ...variables };
  };
  const start: CommandLine['start'] = (args, variables = {}, directory = home) =>
    spawn(process.execPath, [PROGRAM, ...args], {
      cwd: directory,
      env: environment(variables),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const runHere: CommandLine['here']['nos'] = async (args, variables = {}, ask = undefined) => {
    const [stdout, stderr] = [pipe(), pipe()];
    const said = Promise.all([text(stdout), text(stderr)]);
    const code = await nosHere(args, {
      env: { NOS_DATA_DIR: join(home, 'data', 'nos'), ...environment(variables) },
      directory: home,
      program: 'nos',
      stdout,
      stderr,
      ask,
      watchInterrupts: () => new AbortController().signal,
    });
    stdout.end();
    stderr.end();
    const [out, err] = await said;
    return { code, stdout: out, stderr: err };
  };
  return {
    home,
    start,
    finish,
    ...callerOf((args, variables) => finish(start(args, variables))),
    here: { ...callerOf(runHere), nos: runHere },
  };
}

function callerOf(nos: Caller['nos']): Caller {
  return {
    nos,
    json: async (args, variables) => {
      const { code, stdout, stderr } = await nos([...args, '--json'], variables);
      expect(code, stderr).toBe(0);
      const document = JSON.parse(stdout);
      (await documentOf(args)).parse(document);
      return document;
    },
  };
}

/** The schema of all that the command prints which arguments call. */
export async function documentOf(args: readonly string[]): Promise<z.ZodType> {
  const entry = entryOf(args, commands);
  if (entry === undefined) throw new RangeError(`no command: nos ${args.join(' ')}`);
  return z.union(Object.values((await entry.load()).command.documents));
}

/** A process's stream that is no terminal. */
function pipe(): PassThrough & NodeJS.WriteStream {
  return new PassThrough() as PassThrough & NodeJS.WriteStream;
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
