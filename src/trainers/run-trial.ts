import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expandCommand, type TrialArguments, trialVariables } from './arguments.ts';
import { Lines, Tail } from './lines.ts';
import { killStrays, memoryOf, signalGroup } from './process-group.ts';
import { type CurvePoint, OutputReader, type ProgramResult, resultOf } from './result.ts';
import type { TaskRecord } from './task-record.ts';

/** One run of a program. */
export interface ProgramTrial {
  readonly task: Pick<TaskRecord, 'command' | 'metric' | 'timeout' | 'memory'>;
  /** The folder that it runs in. */
  readonly directory: string;
  /** The rule as source. */
  readonly source: RuleSource;
  readonly learningRate: number;
  readonly seed: number;
  readonly steps: number;
  readonly worker: string;
  /** The value of CUDA_VISIBLE_DEVICES, if it is to have one. */
  readonly gpu?: string | undefined;
}

/** A rule as an optimizer of a framework. */
export interface RuleSource {
  /** Canonical text of the rule. */
  readonly rule: string;
  /** The name of the file: `optimizer.py`. */
  readonly file: string;
  readonly text: string;
  /** The class or function in it. */
  readonly name: string;
}

export interface TrialWatch {
  readonly signal?: AbortSignal | undefined;
  /** Gets the number of the process group, once it runs. */
  readonly onStart?: ((group: number) => void) | undefined;
  /** Gets every line that says how far the training is. */
  readonly onPoint?: ((point: CurvePoint) => void) | undefined;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly graceSeconds?: number | undefined;
}

/**
 * How a run ended: `ok` with its result, which may be NaN; `diverged`: the wanted number was not finite on the way, and the run was ended
 * there; `failed` for any other reason, in words.
 */
export type TrialEnd = {
  readonly seconds: number;
  /** Lines that name a step, at most some hundred. */
  readonly curve: readonly CurvePoint[];
} & (
  | { readonly type: 'ok'; readonly result: Extract<ProgramResult, { readonly value: number }> }
  | { readonly type: 'diverged' }
  | { readonly type: 'failed'; readonly reason: string; readonly missing?: true }
);

const GRACE_SECONDS = 5;
/** Milliseconds between two looks at the memory. */
const LOOK_MS = 200;
/** Milliseconds that are waited for the last output of processes that have ended. */
const DRAIN_MS = 1_000;
const STDERR_CHARACTERS = 8_000;
const STDERR_LINES = 8;
/** Bytes of metrics.json that are read. */
const LARGEST_METRICS = 2 ** 20;
/** What a shell exits with where a command is not there, or cannot be executed. */
const NO_COMMAND = [126, 127];

/**
 * Runs a program once, in a process group of its own, with the rule in a folder of its own. Nothing of either is left at the end,
 * however it ends: what still runs is killed.
 *
 * @throws the signal's reason; whatever the file system says if the folder cannot be written.
 */
export async function runTrial(trial: ProgramTrial, watch: TrialWatch = {}): Promise<TrialEnd> {
  watch.signal?.throwIfAborted();
  // Files are written at once, and not by the threads that wait for them: this process has nothing else to do meanwhile.
  const folder = mkdtempSync(join(tmpdir(), 'nos-trial-'));
  try {
    return await runIn(folder, trial, watch);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runIn(folder: string, trial: ProgramTrial, watch: TrialWatch): Promise<TrialEnd> {
  const { task, source, learningRate, seed, steps, worker } = trial;
  const result = join(folder, 'result');
  mkdirSync(result);
  const optimizer = `${join(folder, source.file)}:${source.name}`;
  const told: TrialArguments = { optimizer, learningRate, seed, steps, result, worker };
  writeFileSync(join(folder, source.file), source.text);
  const description = join(folder, 'trial.json');
  writeFileSync(description, `${JSON.stringify({ ...told, rule: source.rule }, null, 2)}\n`);
  const started = performance.now();
  const reader = new OutputReader(task.metric);
  const ended = await runGroup(
    {
      command: expandCommand(task.command, told),
      directory: trial.directory,
      environment: {
        ...process.env,
        ...trialVariables(told),
        NOS_TRIAL: description,
        ...(trial.gpu !== undefined && { CUDA_VISIBLE_DEVICES: trial.gpu }),
        // What Python prints is to come when it is printed.
        PYTHONUNBUFFERED: '1',
      },
      mark: `NOS_TRIAL=${description}`,
      timeout: task.timeout,
      memory: task.memory,
    },
    reader,
    { ...watch, metric: task.metric },
  );
  watch.signal?.throwIfAborted();
  const output = reader.summary();
  const common = { seconds: (performance.now() - started) / 1_000, curve: output.curve };
  if (ended.type === 'diverged') return { ...common, type: 'diverged' };
  if (ended.type === 'failed') {
    const { missing } = ended;
    return {
      ...common,
      type: 'failed',
      reason: withLastLines(ended.reason, ended.stderr),
      ...(missing && { missing }),
    };
  }
  const found = resultOf(output, task.metric, metricsIn(result));
  if ('value' in found) return { ...common, type: 'ok', result: found };
  return {
    ...common,
    type: 'failed',
    reason: withLastLines(`it gave no result: ${found.missing}`, ended.stderr),
  };
}

function metricsIn(folder: string): string | undefined {
  const file = join(folder, 'metrics.json');
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isFile() && stats.size <= LARGEST_METRICS ? readFileSync(file, 'utf8') : '';
}

const withLastLines = (reason: string, stderr: string): string =>
  stderr === '' ? reason : `${reason}: ${stderr}`;

interface GroupOptions {
  readonly command: string;
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A variable of the environment that no other process has. */
  readonly mark: string;
  readonly timeout: number;
  readonly memory: number | undefined;
}

type GroupEnd = { readonly stderr: string } & (
  | { readonly type: 'ok' | 'diverged' }
  | { readonly type: 'failed'; readonly reason: string; readonly missing?: true }
);

/** Why a group is ended before its time. */
type Cause =
  | { readonly type: 'diverged' }
  | { readonly type: 'aborted' }
  | { readonly type: 'failed'; readonly reason: string };

async function runGroup(
  { command, directory, environment, mark, timeout, memory }: GroupOptions,
  reader: OutputReader,
  {
    signal,
    onStart,
    onPoint,
    metric,
    graceSeconds = GRACE_SECONDS,
  }: TrialWatch & { readonly metric: string | undefined },
): Promise<GroupEnd> {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: directory,
    env: environment,
    // A group, and a session, of its own: signals reach all of it, and none of ours.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  let cause: Cause | undefined;
  let killing: NodeJS.Timeout | undefined;
  const kill = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalGroup(child.pid, name);
  };
  const end = (why: Cause): void => {
    if (cause !== undefined) return;
    cause = why;
    kill(why.type === 'aborted' ? 'SIGKILL' : 'SIGTERM');
    killing = setTimeout(() => kill('SIGKILL'), graceSeconds * 1_000);
  };
  const lines = new Lines();
  const read = (texts: readonly string[]): void => {
    for (const text of texts) {
      const point = reader.read(text);
      if (point === undefined) continue;
      onPoint?.(point);
      const value = metric === undefined ? undefined : point.values[metric];
      if (value !== undefined && !Number.isFinite(value)) end({ type: 'diverged' });
    }
  };
  const errors = new Tail(STDERR_CHARACTERS);
  child.stdout.on('data', (piece: Buffer) => read(lines.push(piece)));
  child.stderr.on('data', (piece: Buffer) => errors.push(piece));
  const timer = setTimeout(
    () => end({ type: 'failed', reason: `it was ended after ${timeout} s, its time limit` }),
    timeout * 1_000,
  );
  const look = (): void => {
    if (memory === undefined || child.pid === undefined) return;
    const used = memoryOf(child.pid);
    if (used <= memory) return;
    end({
      type: 'failed',
      reason: `it was ended as it took ${megabytes(used)} of memory; its limit is ${megabytes(memory)}`,
    });
  };
  const looking = memory === undefined ? undefined : setInterval(look, LOOK_MS);
  const onAbort = (): void => end({ type: 'aborted' });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    const exit = await exitOf(child);
    // Whoever is left of the group would go on, and holds the pipes.
    kill('SIGKILL');
    killStrays(mark);
    await drained(child);
    read(lines.end());
    const stderr = errors.lines(STDERR_LINES);
    if (cause?.type === 'failed') return { type: 'failed', reason: cause.reason, stderr };
    if (cause !== undefined) return { type: 'diverged', stderr };
    const failure = failureOf(exit);
    return failure === undefined ? { type: 'ok', stderr } : { type: 'failed', stderr, ...failure };
  } finally {
    clearTimeout(timer);
    clearTimeout(killing);
    clearInterval(looking);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** How the shell ended: an error if it could not be started. */
type Exit =
  | { readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly error: Error };

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Waits for the output that is still in the pipes; not for ever, as a process that nobody finds may hold them open. */
function drained({ stdout, stderr }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const streams = [stdout!, stderr!].filter((stream) => !stream.closed);
    let open = streams.length;
    const timer = setTimeout(() => {
      for (const stream of streams) stream.destroy();
      resolve();
    }, DRAIN_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (open === 0) done();
    for (const stream of streams) {
      stream.once('close', () => {
        open--;
        if (open === 0) done();
      });
    }
  });
}

function failureOf(exit: Exit): { readonly reason: string; readonly missing?: true } | undefined {
  if ('error' in exit) return { reason: exit.error.message, missing: true };
  const { code, signal } = exit;
  // A shell says so of what it ran; it may have been that command itself.
  const killed = signal ?? signalOf(code ?? 0);
  if (killed !== undefined) return { reason: `it was ended by ${killed}` };
  if (NO_COMMAND.includes(code ?? 0)) return { reason: 'its command cannot be run', missing: true };
  return code === 0 ? undefined : { reason: `it exited with code ${code}` };
}

function signalOf(code: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
