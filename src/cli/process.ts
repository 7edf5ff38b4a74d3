/** What the process is to this program, and to nobody else in it: a task's module runs here too, with whatever it does. */
import { syncBuiltinESMExports } from 'node:module';
import { createInterface } from 'node:readline';
import { NosError } from '../errors.ts';
import { keepExit, ownError, placeOf } from '../thrown.ts';

export interface OwnProcess {
  /** What this program prints; what anything else prints by `console` or `process.stdout` goes to stderr. */
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Rejects with what was thrown and not caught, and if nothing is left that could end the command. */
  readonly failure: Promise<never>;
  /** Ends the process once its output is written, whatever else keeps it alive. */
  end(exitCode: number): Promise<never>;
  /** Ends the process at once. */
  exit(exitCode: number): never;
}

/** Takes the process over, once. */
export function ownProcess(): OwnProcess {
  const { stdout, stderr } = process;
  const exit = keepExit();
  Object.defineProperty(process, 'stdout', {
    configurable: true,
    enumerable: true,
    get: () => process.stderr,
  });
  syncBuiltinESMExports();
  // A place in the user's files may lie under many calls of ours.
  Error.stackTraceLimit = 50;
  const lost = [watch(stdout), watch(stderr)] as const;
  return {
    stdout,
    stderr,
    failure: uncaught(),
    exit,
    end: async (exitCode) => {
      for (const stream of [stdout, stderr]) await flushed(stream);
      const [unwritten, unsaid] = lost.map((error) => error());
      if (unwritten !== undefined) stderr.write(`nos: cannot write to stdout: ${unwritten.message}\n`);
      await flushed(stderr);
      return exit(exitCode === 0 && (unwritten ?? unsaid) !== undefined ? 1 : exitCode);
    },
  };
}

/**
 * Whoever reads our output may leave before its end (`nos log RUN | head`): that is no error, work goes on, and what would follow is
 * dropped.
 *
 * @returns what else went wrong in writing, if anything: a disk that is full.
 */
function watch(stream: NodeJS.WriteStream): () => Error | undefined {
  let lost: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error;
  });
  return () => lost;
}

/** Resolves once what was written is on its way, or lost, and its loss is known. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) setImmediate(resolve);
    else stream.write('', () => setImmediate(resolve));
  });
}

function uncaught(): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    const fail = (thrown: unknown): void =>
      reject(placeOf(thrown) === undefined ? thrown : ownError('task', 'a task module', thrown));
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
    // Whoever waits for a module hears this first, and then there is something left to do.
    let idle = 0;
    process.on('beforeExit', () => {
      idle++;
      if (idle < 3) setImmediate(() => undefined);
      else reject(new NosError('task', STUCK, 'look for a promise in the task that never settles'));
    });
  });
  failure.catch(() => undefined);
  return failure;
}

const STUCK = 'nothing is left to do, and the command is not over: what it waits for never comes';

/** Why a command was ended from outside. */
export class Interruption extends Error {
  /** 128 + the number of the signal. */
  readonly exitCode: 130 | 143;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated');
    this.name = 'AbortError';
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** One Ctrl-C under `npm start` comes twice: from the terminal, and forwarded by npm. */
const SAME_MILLISECONDS = 500;

export interface Interrupts {
  /**
   * The first SIGINT or SIGTERM aborts the signal with an {@link Interruption}, so that the command can end in good order;
   * the second exits at once. A command that is not `graceful` exits at once on the first.
   */
  watch(graceful: boolean): AbortSignal;
  /** The command is over: from now on the first one exits at once. */
  over(): void;
}

/** @param exit Ends the process. */
export function openInterrupts(exit: (exitCode: number) => void): Interrupts {
  const controller = new AbortController();
  let waits = false;
  let first = Number.NaN;
  const on = (signal: 'SIGINT' | 'SIGTERM') => {
    const interruption = new Interruption(signal);
    if (!waits) exit(interruption.exitCode);
    if (!controller.signal.aborted) first = performance.now();
    else if (performance.now() - first > SAME_MILLISECONDS) exit(interruption.exitCode);
    controller.abort(interruption);
  };
  return {
    watch: (graceful) => {
      waits = graceful;
      process.on('SIGINT', on);
      process.on('SIGTERM', on);
      return controller.signal;
    },
    over: () => {
      waits = false;
    },
  };
}

/** Asks a person; resolves with the line that they type, empty if they end the input instead. */
export type Ask = (question: string) => Promise<string>;

/** Asks on a terminal; undefined if there is none to read from or to ask on. */
export function askOn(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Ask | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return (question) =>
    new Promise((resolve) => {
      // Without line editing, so that Ctrl-C stays the signal that ends the command.
      const lines = createInterface({ input, terminal: false });
      let answer = '';
      lines.once('line', (line) => {
        answer = line;
        lines.close();
      });
      lines.once('close', () => resolve(answer));
      output.write(question);
    });
}
