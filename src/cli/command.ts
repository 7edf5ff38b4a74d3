import type * as z from 'zod';
import type { DataOf } from '../fields.ts';
import type { Terminal } from '../report/index.ts';
import type { WriteCall } from './calling.ts';
import type { Source } from './configuration.ts';
import type { Log } from './log/log.ts';
import type { Options, SettingsOf } from './option.ts';
import type { Ask } from './process.ts';

/** The schemas of what a command prints with `--json`, by the call: `show RUN`. */
export type Documents = Readonly<Record<string, z.ZodType>>;

/** One command: what it takes, and what it gives. It prints nothing itself, so that `--json` stays pure. */
export interface Command<O extends Options = Options, D extends Documents = Documents> {
  /** The arguments in commander's notation: `<rule...>`, `[index]`. */
  readonly arguments?: string;
  /** Whether the arguments are paths: a leading `~/` is the user's home. */
  readonly takesPaths?: boolean;
  readonly options: O;
  /** What `--json` prints. docs/documents.md is made from it by `node scripts/documents.mjs`. */
  readonly documents: D;
  /** What `--help` shows; the first line runs as it stands. */
  readonly example: string;
  /** Whether the first Ctrl-C lets the command end its work by `context.signal`; others end at once. */
  readonly stopsGracefully?: boolean;
  run(context: Context<SettingsOf<O>>): Promise<Result<DataOf<D[keyof D]>>>;
}

/** Lets the compiler give `run` the types of the options and of the document. */
export const defineCommand = <O extends Options, D extends Documents>(
  command: Command<O, D>,
): Command<O, D> => command;

export interface Context<S = object> {
  readonly arguments: readonly string[];
  readonly settings: S;
  /** Who set an option, for those that mean something else if this very call sets them. */
  readonly sourceOf: (option: string) => Source;
  /** Whether `--json` is given. */
  readonly json: boolean;
  readonly places: Places;
  /** What its user has chosen to compute with: an engine, or `auto`. */
  readonly engine: string;
  /** Writes a command such as `nos show first 5` as the user can run it. */
  readonly call: WriteCall;
  /** Absent if nobody can be asked. */
  readonly ask?: Ask;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Does work that ends in good order by the signal. While none is under way, an interruption ends the command at once. */
  underWay<T>(work: () => Promise<T>): Promise<T>;
  readonly stdout: Terminal;
  /** Stderr, for people; `interactive` only if nobody asked for less, or for another form of log. */
  readonly stderr: Terminal & {
    readonly stream: NodeJS.WriteStream;
    /** Says a line, in the log's form, if level info is shown. */
    note(line: string): void;
  };
  /** What happens, on stderr too. */
  readonly log: Log;
}

/** Where things lie on this machine. */
export interface Places {
  readonly store: string;
  readonly data: string;
}

export interface Result<Document = unknown> {
  /** What `--json` prints, as one document. */
  readonly document: Document;
  /** What people read. */
  readonly text: string;
  /** 0 unless given. */
  readonly exitCode?: number;
}
