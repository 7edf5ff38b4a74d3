import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import { NosError } from '../errors.ts';
import { packageFolder } from '../package-folder.ts';
import { answerSchema, type CheckRequest } from './answer.ts';

const RUNNER = fileURLToPath(new URL('assets/check/run_optimizer.py', packageFolder));

export interface PythonOptions {
  /** The Python to run; unless given, the first of the usual names that has torch. */
  readonly python?: string | undefined;
  /** After how long it is stopped. */
  readonly seconds: number;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
}

type Answer = z.infer<typeof answerSchema>;

interface Answered {
  /** The Python that answered. */
  readonly program: string;
  readonly answer: Exclude<Answer, { code: 'no-torch' }>;
}

const USUAL = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python', '/usr/bin/python3'];

/**
 * Runs an optimizer class in a Python that has torch. What it prints is dropped.
 *
 * @throws NosError `python` if none has torch, if it ends without an answer, or takes too long; `bad-option` for a Python that is none.
 */
export async function askPython(request: CheckRequest, options: PythonOptions): Promise<Answered> {
  const { python } = options;
  const without: string[] = [];
  for (const program of python === undefined ? USUAL : [python]) {
    const answer = await ask(program, request, options);
    if (answer === undefined) continue;
    if (!('code' in answer && answer.code === 'no-torch')) return { program, answer };
    without.push(`${program}: ${answer.message}`);
  }
  const install = 'install PyTorch, or name another Python by --python PATH or NOS_PYTHON';
  if (python === undefined) {
    const why = without.length === 0 ? `there is no ${USUAL.join(', no ')}` : without.join('; ');
    throw new NosError('python', `no Python with torch was found: ${why}`, install);
  }
  if (without.length > 0) throw new NosError('python', `there is no torch in ${without[0]}`, install);
  throw new NosError('bad-option', `--python: no such program: ${python}`, 'name the path of a Python');
}

/** The answer of one Python; undefined if there is no such program. */
async function ask(
  program: string,
  request: CheckRequest,
  { seconds, signal }: PythonOptions,
): Promise<Answer | undefined> {
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'nos-check-'));
  try {
    const [asked, answered] = [join(folder, 'request.json'), join(folder, 'answer.json')];
    await writeFile(asked, JSON.stringify(request));
    const child = spawn(program, [RUNNER, asked, answered], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing is written beside the user's file.
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
      // A group of its own, so that whatever the class starts is ended with it.
      detached: process.platform !== 'win32',
    });
    const end = await ended(child, seconds, signal);
    signal?.throwIfAborted();
    if (end.failure !== undefined) {
      if (end.failure.code === 'ENOENT') return undefined;
      throw new NosError('bad-option', `--python: cannot run ${program}: ${end.failure.message}`);
    }
    if (end.late) {
      const more = 'allow more by --timeout, as in --timeout 10m, or check fewer by --steps';
      throw new NosError(
        'python',
        `${program} was stopped after ${seconds} seconds, without an answer`,
        more,
      );
    }
    const text = await readFile(answered, 'utf8').catch(() => undefined);
    if (text === undefined) {
      const last = end.said.trim().split('\n').at(-1)?.slice(0, 300);
      const why = last ? `: ${last}` : '';
      throw new NosError('python', `${program} ended with ${end.how} before it had an answer${why}`);
    }
    return answerSchema.parse(JSON.parse(text));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface End {
  readonly failure: NodeJS.ErrnoException | undefined;
  readonly late: boolean;
  /** `exit code 1`, `signal SIGSEGV`. */
  readonly how: string;
  /** The end of what it wrote to stderr. */
  readonly said: string;
}

/** Characters of stderr that are kept. */
const KEPT = 4000;

/** Milliseconds after the end of a process in which what it wrote is read. */
const PATIENCE = 500;

/** Waits for the end of a process and of all that it started, which is then over. */
async function ended(child: ChildProcess, seconds: number, signal?: AbortSignal): Promise<End> {
  let said = '';
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killAll(child);
  }, seconds * 1000);
  const stop = (): void => killAll(child);
  signal?.addEventListener('abort', stop);
  process.on('exit', stop);
  try {
    return await new Promise<End>((resolve) => {
      child.once('error', (failure) => resolve({ failure, late, how: '', said }));
      child.once('exit', (code, name) => {
        killAll(child);
        // What it started in a group of its own may still hold its pipes open.
        setTimeout(() => [child.stdout, child.stderr].map((pipe) => pipe?.destroy()), PATIENCE);
        const how = name === null ? `exit code ${code}` : `signal ${name}`;
        child.once('close', () => resolve({ failure: undefined, late, how, said }));
      });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    process.off('exit', stop);
  }
}

function killAll(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is over.
  }
}
