import { format } from 'node:util';
import { unknownName } from '../../errors.ts';
import { type LogLevel, type LogLine, levels, logEvents } from '../../log-events.ts';

/** Log of a command. */
export interface Log {
  /** `text` for people, or `json`: one JSON object per line. */
  readonly form: LogForm;
  /** Whether lines of that level are written. */
  shows(level: LogLevel): boolean;
  write(line: LogLine): void;
  /** Returns the same log with more fields in every line, and another function that prints text. */
  with(fields: Fields, print?: Print): Log;
}

export type LogForm = 'text' | 'json';
type Fields = Readonly<Record<string, unknown>>;
/** Prints a line of text. */
type Print = (line: string) => void;
type Written = (message: string) => string;

const FORMS: readonly LogForm[] = ['text', 'json'];

/**
 * Opens the log on stderr that the settings ask for.
 *
 * @param written Rewrites a message: see `writeCalls`.
 * @throws NosError `unknown-name` for an unknown form or level.
 */
export async function openLog(
  settings: { readonly log: string; readonly logLevel: string },
  stderr: NodeJS.WriteStream,
  written: Written = (message) => message,
): Promise<Log> {
  const form = known('log', settings.log, FORMS);
  const least = known('log level', settings.logLevel, [...levels, 'silent'] as const);
  const shows = (level: LogLevel): boolean =>
    least !== 'silent' && levels.indexOf(level) <= levels.indexOf(least);
  if (form === 'json') return jsonLog(shows, stderr, written);
  return textLog(shows, (line) => stderr.write(`${line}\n`), written);
}

function known<Name extends string>(kind: string, name: string, all: readonly Name[]): Name {
  const found = all.find((one) => one === name);
  if (found === undefined) throw unknownName(kind, name, all);
  return found;
}

/** Leaves out what the live view shows, unless the level is `debug` or below. */
function textLog(shows: Log['shows'], print: Print, written: Written): Log {
  return {
    form: 'text',
    shows,
    write: ({ event, message, viewed = false }) => {
      const told = viewed && logEvents[event] === 'info' && !shows('debug');
      if (shows(logEvents[event]) && !told) print(written(message));
    },
    with: (_, other = print) => textLog(shows, other, written),
  };
}

/** Writes pino's lines synchronously, so that none is lost at the end of the process. */
async function jsonLog(shows: Log['shows'], stderr: NodeJS.WriteStream, written: Written): Promise<Log> {
  const [{ pino }, { hostname }] = await Promise.all([import('pino'), import('node:os')]);
  const sink = pino(
    {
      level: 'trace',
      base: { host: hostname(), pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stderr,
  );
  const logOf = (context: Fields): Log => ({
    form: 'json',
    shows,
    write: ({ event, fields, message }) => {
      const level = logEvents[event];
      if (shows(level)) sink[level]({ event, ...context, ...plain(fields) }, written(message));
    },
    with: (fields) => logOf({ ...context, ...fields }),
  });
  return logOf({});
}

/** Replaces numbers that are not finite by strings, as in `--json`: JSON cannot write them. */
function plain(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ]),
  );
}

/** Writes what libraries and Node.js print to stderr to the log, so that every line there has its form. */
export function adoptForeign(log: Log): void {
  const say = (...words: unknown[]): void =>
    log.write({ event: 'foreign', fields: {}, message: format(...words) });
  console.log = say;
  console.info = say;
  console.debug = say;
  console.warn = say;
  console.error = say;
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => say(`${name}: ${message}`));
}

/** Writes a line when the user ends the command, until the returned function is called. */
export function onShutdown(signal: AbortSignal, log: Log): () => void {
  const say = (): void => {
    const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    log.write({
      event: 'shutdown',
      fields: { reason },
      message: `${reason}: ending in good order`,
      viewed: true,
    });
  };
  signal.addEventListener('abort', say);
  return () => signal.removeEventListener('abort', say);
}
