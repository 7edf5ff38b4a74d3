import { CommanderError } from 'commander';
import { coloursFor, terminalOf } from '../report/index.ts';
import { expandHome } from '../user-directories.ts';
import { packageVersion } from '../version.ts';
import type { Ask } from './ask.ts';
import { callWriter, type WriteCall, writeCalls } from './calling.ts';
import type { Context, Result } from './command.ts';
import { commands } from './commands/index.ts';
import { resolveSettings } from './configuration.ts';
import { describeFailure, failureLine, withoutSecrets } from './failure.ts';
import { adoptForeign } from './log/foreign.ts';
import { type Log, openLog } from './log/log.ts';
import { optionNames } from './options.ts';
import { findPlaces } from './places.ts';
import { type Invocation, parseCommandLine } from './program.ts';

/** What a process has, and `nos` needs of it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly directory: string;
  /** How the user calls this program. */
  readonly program: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Absent where nobody can be asked. */
  readonly ask?: Ask | undefined;
  /** Begins to watch for SIGINT and SIGTERM; see {@link Command.stopsGracefully}. */
  readonly watchInterrupts: (graceful: boolean) => AbortSignal;
  /** Rejects with what ends the command though it has not thrown it: what nobody catches. */
  readonly failure?: Promise<never>;
}

/** Parses what the user typed after `nos`, runs one command, prints; the exit code. Throws nothing. */
export async function nos(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env } = surroundings;
  /** Set while a command runs that can be interrupted. */
  let interrupts: AbortSignal | undefined;
  /** Once the flags are known, with those that go on with the work. */
  let call = callWriter(surroundings.program, {}, commands);
  /** Set once the settings are known. */
  let log: Log | undefined;
  try {
    const invocation = await parseCommandLine(argv, commands, packageVersion, surroundings);
    call = callWriter(surroundings.program, invocation.flags, commands);
    interrupts = surroundings.watchInterrupts(invocation.command.stopsGracefully === true);
    const work = new Work();
    const context = await contextOf(invocation, interrupts, { call, work, surroundings });
    log = context.log;
    const running = invocation.command.run(context);
    const ends = [running, work.interruptedBefore(interrupts), surroundings.failure ?? running];
    const result = await Promise.race(ends);
    await print(result, invocation.flags.json === true, stdout);
    return result.exitCode ?? 0;
  } catch (error) {
    if (isPrinted(error)) return error.exitCode === 0 ? 0 : 2;
    const reason: unknown = interrupts?.aborted ? interrupts.reason : error;
    const debug = argv.includes('--debug');
    const described = await describeFailure(reason, { colours: coloursFor(stderr, env), call, debug });
    const failure = withoutSecrets(described, [...argv, ...valuesOf(env)]);
    if (log?.form === 'json') log.write(failureLine(failure));
    else stderr.write(`${failure.lines.join('\n')}\n`);
    if (argv.includes('--json')) stdout.write(`${JSON.stringify(failure.document)}\n`);
    return failure.exitCode;
  }
}

/** What the user wrote into variables of ours. */
function valuesOf(env: Surroundings['env']): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (name.startsWith('NOS_') && value ? [value] : []));
}

async function contextOf(
  { command, arguments: args, flags }: Invocation,
  signal: AbortSignal,
  { call, work, surroundings }: { call: WriteCall; work: Work; surroundings: Surroundings },
): Promise<Context> {
  const { env, directory, stdout, stderr, ask } = surroundings;
  const { defaults } = command;
  const settings = await resolveSettings({
    flags,
    environment: env,
    directory,
    ...(defaults ? { defaults } : {}),
  });
  const log = await openLog(settings, stderr, (text) => writeCalls(text, call));
  if (log.form === 'json') adoptForeign(log);
  const terminal = terminalOf(stderr, env);
  return {
    arguments: command.takesPaths ? args.map((path) => expandHome(path, command.name, env)) : args,
    settings,
    flags: optionNames.filter((name) => flags[name] !== undefined),
    places: findPlaces(settings, { directory, env }),
    call,
    ...(ask && { ask }),
    signal,
    underWay: work.during,
    stdout: terminalOf(stdout, env),
    stderr: {
      ...terminal,
      interactive: terminal.interactive && log.form === 'text' && log.shows('info'),
      stream: stderr,
      note: (message) => log.write({ event: 'note', fields: {}, message }),
    },
    log,
  };
}

/** Whether there is anything under way that an interruption lets end in good order. */
class Work {
  #active = 0;

  readonly during: Context['underWay'] = async (work) => {
    this.#active++;
    try {
      return await work();
    } finally {
      this.#active--;
    }
  };

  /** Rejects where the signal comes while nothing is under way, as while a task's module is loaded: nobody would hear it. */
  interruptedBefore(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        if (this.#active === 0) reject(signal.reason);
      });
    });
  }
}

async function print({ document, text }: Result, json: boolean, stdout: NodeJS.WriteStream): Promise<void> {
  if (!json) {
    if (text !== '') stdout.write(`${text}\n`);
    return;
  }
  const { toJson } = await import('../json.ts');
  stdout.write(`${toJson(document, 2)}\n`);
}

/** `--help`, `--version`, and the help that stands in for a missing command: commander has printed them. */
function isPrinted(error: unknown): error is CommanderError {
  return error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');
}
