import { CommanderError } from 'commander';
import { NosError } from '../errors.ts';
import type { LogLine } from '../log-events.ts';
import { withoutTyped } from '../redis-url.ts';
import { coloursFor } from '../report/index.ts';
import { pointAt, RuleError } from '../rules/index.ts';
import { type WriteCall, writeCalls } from './calling.ts';
import { Interruption } from './process.ts';

/** What went wrong, for people (`lines`), for scripts (`document`, with `--json`) and for the shell (`exitCode`). */
export interface Failure {
  readonly lines: readonly string[];
  readonly document: { readonly error: Readonly<Record<string, string>> };
  readonly exitCode: number;
  /** Present if `debug` asks for it. */
  readonly stack?: string;
}

interface Described {
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly call: WriteCall;
  readonly debug: boolean;
  /** Everything that the user typed: URLs of Redis in it may hold a password, which is not repeated. */
  readonly typed: readonly string[];
}

/**
 * Describes what a command threw: one line for it and one for what to do, its commands as the user can run them, with a caret under the
 * place in a rule that does not parse; a stack trace only if `debug` asks for it.
 */
export function describeFailure(error: unknown, { stderr, env, call, debug, typed }: Described): Failure {
  const colours = coloursFor(stderr, env);
  const classified = classify(error);
  const { code, exitCode } = classified;
  const shown = (text: string): string => withoutTyped(text, typed);
  const message = shown(writeCalls(classified.message, call));
  const hint = shown(writeCalls(classified.hint, call));
  const stack = debug && error instanceof Error && error.stack ? shown(stackOf(error)) : undefined;
  return {
    lines: [
      `${colours.red('nos:')} ${message.replaceAll(/\s*\n\s*/g, ' ')}`,
      ...pointer(error).map(shown),
      ...(hint ? [colours.dim(hint)] : []),
      ...(stack === undefined ? [] : [stack]),
    ],
    document: { error: { code, message, hint } },
    exitCode,
    ...(stack === undefined ? {} : { stack }),
  };
}

/** The last line of a log. */
export function failureLine({ document, exitCode, stack }: Failure): LogLine {
  const { message = '', ...fields } = document.error;
  return { event: 'failed', fields: { ...fields, exitCode, stack }, message };
}

/** The rule that does not parse, in the error or as its cause, and a caret under the place. */
function pointer(error: unknown): readonly string[] {
  if (!(error instanceof NosError)) return [];
  const wrong = error instanceof RuleError ? error : error.cause;
  if (!(wrong instanceof RuleError) || wrong.text.trim() === '') return [];
  return pointAt(wrong)
    .split('\n')
    .map((line) => `  ${line}`);
}

interface Classified {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: number;
}

function classify(error: unknown): Classified {
  if (error instanceof NosError) return error;
  if (error instanceof CommanderError) return usage(error);
  if (error instanceof Interruption)
    return { code: 'interrupted', message: error.message, hint: '', exitCode: error.exitCode };
  const { message, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : asError(error);
  if (code === undefined)
    return { code: 'bug', message: `this is a bug: ${message}`, hint: BUG, exitCode: 1 };
  return { code, message, hint: '', exitCode: 1 };
}

const asError = (thrown: unknown): NodeJS.ErrnoException => new Error(String(thrown));

const BUG = 'run the command again with --debug, and report what it says';

/** commander's own message without its prefix; its suggestion, on a line of its own, becomes the hint. */
function usage(error: CommanderError): Classified {
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion.replace(/^\(|\)$/g, '') || minusHint(message);
  return { code: 'usage', message, hint, exitCode: 2 };
}

/** A rule such as `-g` looks like an option. */
function minusHint(message: string): string {
  return /unknown option '-[^-]/.test(message)
    ? "a rule that begins with a minus sign comes after --, as in: `nos rule -- '-g'`"
    : '`nos --help` lists the commands, `nos COMMAND --help` their options';
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
