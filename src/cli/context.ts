import { resolve } from 'node:path';
import { terminalOf } from '../report/index.ts';
import { expandHome, userDirectories } from '../user-directories.ts';
import { type WriteCall, writeCalls } from './calling.ts';
import type { Context, Places } from './command.ts';
import { resolveSettings } from './configuration.ts';
import { adoptForeign, openLog } from './log/log.ts';
import type { Surroundings } from './nos.ts';
import { dataOption, engineOption, logOptions, storeOption } from './options.ts';
import type { Invocation } from './program.ts';

interface Opened {
  readonly context: Context<Record<string, unknown>>;
  /** Rejects if the signal comes while nothing is under way. */
  readonly interrupted: Promise<never>;
}

/** What a command runs with: its settings, its places, and the ways in which it says things. */
export async function openContext(
  { command, name, arguments: args, flags }: Invocation,
  surroundings: Surroundings & { readonly call: WriteCall; readonly signal: AbortSignal },
): Promise<Opened> {
  const { env, stdout, stderr, ask, call, signal } = surroundings;
  const options = { ...logOptions, ...storeOption, ...dataOption, ...engineOption, ...command.options };
  const { settings, sourceOf } = resolveSettings(options, { ...surroundings, flags, environment: env });
  // It stands in the environment, as worker processes inherit that; prepareEngine settles what `auto` is.
  process.env.NOS_ENGINE = settings.engine;
  const log = await openLog(settings, stderr, (text) => writeCalls(text, call));
  if (log.form === 'json') adoptForeign(log);
  const terminal = terminalOf(stderr, env);
  const work = new Work();
  const context = {
    arguments: command.takesPaths ? args.map((path) => expandHome(path, name, env)) : args,
    settings,
    sourceOf,
    json: flags.json === true,
    places: placesOf(settings, surroundings),
    engine: settings.engine,
    call,
    ...(ask && { ask }),
    signal,
    underWay: work.during,
    stdout: terminalOf(stdout, env),
    stderr: {
      ...terminal,
      interactive: terminal.interactive && log.form === 'text' && log.shows('info'),
      stream: stderr,
      note: (message: string) => log.write({ event: 'note', fields: {}, message }),
    },
    log,
  };
  return { context, interrupted: work.interruptedBefore(signal) };
}

/** Paths from the settings, else in this user's own data directory, as the platform has it. */
function placesOf(
  { store, data }: { readonly store?: string | undefined; readonly data?: string | undefined },
  { directory, env }: Surroundings,
): Places {
  const user = userDirectories(env);
  return {
    store: resolve(directory, store ?? resolve(user.data, 'nos.db')),
    data: resolve(directory, data ?? user.data),
  };
}

/** Counts what is under way that an interruption lets end in good order. */
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

  /** Rejects if the signal comes while nothing is under way, such as while a task's module is loaded: nobody would hear it. */
  interruptedBefore(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        if (this.#active === 0) reject(signal.reason);
      });
    });
  }
}
