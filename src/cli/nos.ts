import { CommanderError } from 'commander';
import { packageVersion } from '../version.ts';
import { callWriter } from './calling.ts';
import type { Result } from './command.ts';
import { commands } from './commands/index.ts';
import type { Log } from './log/log.ts';
import type { Ask } from './process.ts';
import { parseCommandLine } from './program.ts';

/** What `nos` needs of its process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly directory: string;
  /** How the user calls this program. */
  readonly program: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Absent if nobody can be asked. */
  readonly ask?: Ask | undefined;
  /** Begins to watch for SIGINT and SIGTERM; see {@link Command.stopsGracefully}. */
  readonly watchInterrupts: (graceful: boolean) => AbortSignal;
  /** Rejects with what ends the command although it has not thrown it: what nobody catches. */
  readonly failure?: Promise<never>;
}

/** Parses what the user typed after `nos`, runs one command and prints its result. Returns the exit code; throws nothing. */
export async function nos(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env } = surroundings;
  /** Set while a command runs that can be interrupted. */
  let interrupts: AbortSignal | undefined;
  /** Carries the flags that belong to whatever goes on with the work, once they are known. */
  let call = callWriter(surroundings.program, {}, commands);
  /** Set once the settings are known. */
  let log: Log | undefined;
  try {
    const invocation = await parseCommandLine(argv, commands, packageVersion, surroundings);
    call = callWriter(surroundings.program, invocation.flags, commands);
    interrupts = surroundings.watchInterrupts(invocation.command.stopsGracefully === true);
    const { openContext } = await import('./context.ts');
    const { context, interrupted } = await openContext(invocation, {
      ...surroundings,
      call,
      signal: interrupts,
    });
    log = context.log;
    const running = invocation.command.run(context);
    const ends = [running, interrupted, surroundings.failure ?? running];
    const result = await Promise.race(ends);
    await print(result, invocation.flags.json === true, stdout);
    return result.exitCode ?? 0;
  } catch (error) {
    if (isPrinted(error)) return error.exitCode === 0 ? 0 : 2;
    const reason: unknown = interrupts?.aborted ? interrupts.reason : error;
    const { describeFailure, failureLine } = await import('./failure.ts');
    const debug = argv.includes('--debug');
    const typed = [...argv, ...valuesOf(env)];
    const failure = describeFailure(reason, { stderr, env, call, debug, typed });
    if (log?.form === 'json') log.write(failureLine(failure));
    else stderr.write(`${failure.lines.join('\n')}\n`);
    if (argv.includes('--json')) stdout.write(`${JSON.stringify(failure.document)}\n`);
    return failure.exitCode;
  }
}

/** Values of the variables that are ours. */
function valuesOf(env: Surroundings['env']): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (name.startsWith('NOS_') && value ? [value] : []));
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
