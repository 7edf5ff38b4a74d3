import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { packageVersion } from '../version.ts';
import type { Context, Result } from './command.ts';
import { commands } from './commands/index.ts';
import { resolveSettings } from './configuration.ts';
import { describeFailure, failureLine } from './failure.ts';
import { watchInterrupts } from './interrupt.ts';
import { adoptForeign } from './log/foreign.ts';
import { type Log, openLog } from './log/log.ts';
import { findPlaces } from './places.ts';
import { type Invocation, parseCommandLine } from './program.ts';
import { terminalOf } from './terminal.ts';
import { coloursFor } from './text/colours.ts';

const argv = process.argv.slice(2);
quietWhenClosed(process.stdout);
quietWhenClosed(process.stderr);
/** Set while a command runs that can be interrupted. */
let interrupts: AbortSignal | undefined;
/** Set once the settings are known. */
let log: Log | undefined;
process.exitCode = await main();

/** Parses, runs one command, prints; the exit code. */
async function main(): Promise<number> {
  try {
    const invocation = await parseCommandLine(argv, commands, packageVersion);
    const result = await invocation.command.run(await contextOf(invocation));
    await print(result, invocation.flags.json === true);
    return result.exitCode ?? 0;
  } catch (error) {
    return fail(error);
  }
}

async function contextOf({ command, arguments: args, flags }: Invocation): Promise<Context> {
  const { env, stdout, stderr } = process;
  const directory = process.cwd();
  interrupts = watchInterrupts(command.stopsGracefully === true);
  const { defaults } = command;
  const settings = await resolveSettings({
    flags,
    environment: env,
    directory,
    ...(defaults ? { defaults } : {}),
  });
  const opened = await openLog(settings, stderr);
  log = opened;
  if (opened.form === 'json') adoptForeign(opened);
  const terminal = terminalOf(stderr, stdout, env);
  return {
    arguments: args,
    settings,
    places: await findPlaces(settings, directory),
    program: resolve('bin/nos') === process.argv[1] ? 'bin/nos' : 'nos',
    signal: interrupts,
    stdout: terminalOf(stdout, stderr, env),
    stderr: {
      ...terminal,
      interactive: terminal.interactive && opened.form === 'text' && opened.shows('info'),
      stream: stderr,
      note: (message) => opened.write({ event: 'note', fields: {}, message }),
    },
    log: opened,
  };
}

async function print({ document, text }: Result, json: boolean): Promise<void> {
  if (!json) {
    if (text !== '') process.stdout.write(`${text}\n`);
    return;
  }
  const { toJson } = await import('../json.ts');
  process.stdout.write(`${toJson(document, 2)}\n`);
}

async function fail(error: unknown): Promise<number> {
  if (isPrinted(error)) return error.exitCode === 0 ? 0 : 2;
  const colours = coloursFor(process.stderr, process.env);
  const reason: unknown = interrupts?.aborted ? interrupts.reason : error;
  const failure = await describeFailure(reason, colours, argv.includes('--debug'));
  if (log?.form === 'json') log.write(failureLine(failure));
  else process.stderr.write(`${failure.lines.join('\n')}\n`);
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(failure.document)}\n`);
  return failure.exitCode;
}

/** `--help`, `--version`, and the help that stands in for a missing command: commander has printed them. */
function isPrinted(error: unknown): error is CommanderError {
  return error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');
}

/** `nos log RUN | head` closes our output early: that is no error, and nobody reads what would follow. */
function quietWhenClosed(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
