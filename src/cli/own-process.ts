/** What the process is to this program, and to nobody else in it: a task's module runs here too, with whatever it does. */
import { syncBuiltinESMExports } from 'node:module';
import { NosError } from '../errors.ts';
import { keepExit, placeOf, taskError } from '../thrown.ts';

export interface OwnProcess {
  /** What this program prints; what anything else prints by `console` or `process.stdout` goes to stderr. */
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Rejects with what was thrown where nobody catches it, and where nothing is left that could end the command. */
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
      reject(placeOf(thrown) === undefined ? thrown : taskError('a task module', thrown));
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
