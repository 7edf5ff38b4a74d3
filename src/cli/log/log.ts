import { unknownName } from '../../errors.ts';
import { type Level, type LogLine, levels, logEvents } from './events.ts';

/** Where a command says what happens. */
export interface Log {
  /** `text`: for people; `json`: one JSON object a line. */
  readonly form: LogForm;
  /** Whether lines of that level are written. */
  shows(level: Level): boolean;
  write(line: LogLine): void;
  /** The same log, with more fields in every line, and another way to print text. */
  with(fields: Fields, print?: Print): Log;
}

export type LogForm = 'text' | 'json';
type Fields = Readonly<Record<string, unknown>>;
/** Prints a line of text. */
type Print = (line: string) => void;
type Written = (message: string) => string;

const FORMS: readonly LogForm[] = ['text', 'json'];

/**
 * Opens the log that the settings ask for, on stderr.
 *
 * @param written What a message is written as: see `writeCalls`.
 * @throws NosError `unknown-name` for a form or a level that there is not.
 */
export async function openLog(
  settings: { readonly log: string; readonly logLevel: string },
  stderr: NodeJS.WriteStream,
  written: Written = (message) => message,
): Promise<Log> {
  const form = known('log', settings.log, FORMS);
  const least = known('log level', settings.logLevel, [...levels, 'silent'] as const);
  const shows = (level: Level): boolean =>
    least !== 'silent' && levels.indexOf(level) <= levels.indexOf(least);
  if (form === 'json') return jsonLog(shows, stderr, written);
  return textLog(shows, (line) => stderr.write(`${line}\n`), written);
}

function known<Name extends string>(kind: string, name: string, all: readonly Name[]): Name {
  const found = all.find((one) => one === name);
  if (found === undefined) throw unknownName(kind, name, all);
  return found;
}

/** What the live view tells is left out, except from `debug` on. */
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

/** pino's lines, written synchronously: none is lost at the end of the process. */
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

/** JSON has no words for numbers that are not finite: as in `--json`, strings stand for them. */
function plain(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ]),
  );
}
