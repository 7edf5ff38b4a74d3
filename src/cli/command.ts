import type { Terminal } from '../report/index.ts';
import type { Ask } from './ask.ts';
import type { WriteCall } from './calling.ts';
import type { Log } from './log/log.ts';
import type { OptionName, Settings } from './options.ts';

/** One command: what it takes, and what it gives. It prints nothing itself, so that `--json` stays pure. */
export interface Command {
  /** `top`; `data fetch` for a command of a group. */
  readonly name: string;
  readonly summary: string;
  /** In commander's notation: `<rule...>`, `[index]`. */
  readonly arguments?: string;
  /** Whether the arguments are paths: a leading `~/` is the user's home. */
  readonly takesPaths?: boolean;
  readonly options: readonly OptionName[];
  /** What holds where nobody sets anything else, instead of the defaults of all commands. */
  readonly defaults?: Settings;
  /** What `--help` shows; the first part runs as it stands. */
  readonly example: string;
  /** Whether the first Ctrl-C lets the command end its work by `context.signal`; others end at once. */
  readonly stopsGracefully?: boolean;
  run(context: Context): Promise<Result>;
}

export interface Context {
  readonly arguments: readonly string[];
  readonly settings: Settings;
  /** The options that this very call set. */
  readonly flags: readonly OptionName[];
  readonly places: Places;
  /** Writes a command such as `nos show first 5` as the user can run it. */
  readonly call: WriteCall;
  /** Absent where nobody can be asked. */
  readonly ask?: Ask;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Does work that ends in good order by the signal; while there is none under way, an interruption ends the command at once. */
  underWay<T>(work: () => Promise<T>): Promise<T>;
  readonly stdout: Terminal;
  /** For people; `interactive` only where nobody asked for less, or for another form of log. */
  readonly stderr: Terminal & {
    readonly stream: NodeJS.WriteStream;
    /** Says a line, in the log's form, where level info is shown. */
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

export interface Result {
  /** What `--json` prints, as one document. */
  readonly document: unknown;
  /** What people read. */
  readonly text: string;
  /** 0 unless given. */
  readonly exitCode?: number;
}
