import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { extract } from 'tar';
import {
  type ByteStream,
  diskTrouble,
  guarded,
  makePartial,
  meterOf,
  reasonOf,
  removeAbandoned,
  saveArchive,
  streamPackage,
  TIMEOUTS,
} from '../download/index.ts';
import { NosError } from '../errors.ts';
import { checkPlatform, ENGINE } from './package.ts';
import { ENGINE_FOLDER, engineDirectories, findEngine, packageIn } from './places.ts';

export interface FetchEngineOptions {
  /** The package's archive at hand, a folder that holds it, or its URL, in the place of npm's registry. Its integrity is checked as well. */
  readonly from?: string;
  /** Where it is looked for, and may go: the first that can be written is taken. All that {@link findEngine} knows where absent. */
  readonly directories?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called with the bytes of the archive that have come. */
  readonly onReceived?: (bytes: number) => void;
}

export interface FetchedEngine {
  /** The folder of its package. */
  readonly folder: string;
  /** `present` where nothing had to be done. */
  readonly source: string;
}

/**
 * Brings the engine unless it is on this machine: from the registry of npm's configuration, through npm's cache, what this platform
 * needs of it. It gets its name when it is whole, so that processes doing so at the same time do not hurt each other.
 *
 * @throws NosError `engine`, `unwritable`; `bad-option` for an archive at hand that is not the engine's; the signal's reason.
 */
export async function fetchEngine(options: FetchEngineOptions = {}): Promise<FetchedEngine> {
  const directories = options.directories ?? engineDirectories();
  for (const directory of directories) await removeAbandoned(directory);
  const found = findEngine(options.directories);
  if (found !== undefined) return { folder: found, source: 'present' };
  checkPlatform();
  options.signal?.throwIfAborted();
  const { directory, partial } = await firstWritable(directories);
  try {
    await obtain(partial, options);
    const folder = join(directory, ENGINE_FOLDER);
    await rename(partial, folder).catch((error) => {
      // Another process was faster.
      if (findEngine([directory]) === undefined) throw error;
    });
    return { folder: packageIn(folder), source: options.from ?? `npm package ${SPEC}` };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw failure(error, options.from, directory);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const SPEC = `${ENGINE.name}@${ENGINE.version}`;
/** As `npm pack` names it. */
const ARCHIVE = `${ENGINE.name}-${ENGINE.version}.tgz`;

async function firstWritable(
  directories: readonly string[],
): Promise<{ readonly directory: string; readonly partial: string }> {
  let trouble: unknown;
  for (const directory of directories) {
    try {
      return { directory, partial: await makePartial(directory, ENGINE_FOLDER) };
    } catch (error) {
      trouble = error;
    }
  }
  throw unwritable(directories.at(-1) ?? '', trouble);
}

/** Puts the package, and the one that it builds on, into a folder. */
async function obtain(
  partial: string,
  { from, signal, onReceived = () => {} }: FetchEngineOptions,
): Promise<void> {
  // Where an administrator installs it, others use it.
  await chmod(partial, 0o755);
  const folder = packageIn(partial);
  await mkdir(folder, { recursive: true });
  const spec = from === undefined ? SPEC : await specOf(from);
  const archive = await guarded({ signal }, TIMEOUTS.stall, (watchdog) => {
    const meter = meterOf({ timeouts: TIMEOUTS, onReceived }, watchdog);
    const save = (stream: ByteStream): Promise<string> => saveArchive(stream, partial, meter);
    const how = {
      environment: undefined,
      signal: watchdog.signal,
      integrity: ENGINE.integrity,
      cached: from === undefined,
    };
    return streamPackage(spec, save, how);
  });
  await extract({ file: archive, cwd: folder, strip: 1, strict: true, filter: (path) => NEEDED.test(path) });
  await rm(archive);
  // Where the folder is in the user's cache, the package that it builds on would not be found.
  const common = join(createRequire(import.meta.url).resolve('onnxruntime-common'), '../../..');
  for (const part of ['package.json', 'dist/cjs']) {
    await cp(join(common, part), join(partial, 'node_modules/onnxruntime-common', part), { recursive: true });
  }
}

/** The files of the archive that are kept: the program, and the libraries of this platform. */
const NEEDED = new RegExp(
  `^package/(package\\.json|dist/.+\\.js|bin/[^/]+/${process.platform}/${process.arch}/.+)$`,
);

async function specOf(from: string): Promise<string> {
  if (/^https?:/.test(from)) return from;
  const path = resolve(from);
  const folder = (await stat(path)).isDirectory();
  return `file:${folder ? join(path, ARCHIVE) : path}`;
}

function failure(error: unknown, from: string | undefined, directory: string): NosError {
  if (error instanceof NosError) return error;
  if (diskTrouble(error)) return unwritable(directory, error);
  const other = (error as NodeJS.ErrnoException).code === 'EINTEGRITY';
  const why = other ? 'that is not the published archive: its sha512 is another' : reasonOf(error);
  if (from !== undefined) {
    return new NosError(
      'bad-option',
      `--from ${from}: ${why}`,
      `name the archive of ${SPEC}: npm pack ${SPEC} makes it`,
      {
        cause: error,
      },
    );
  }
  return new NosError(
    'engine',
    `onnxruntime ${ENGINE.version} is not on this machine, and npm's registry does not give it: ${why}`,
    `check the network (npm's registry and proxy settings are honoured), or take it from an archive at hand: \`nos engine fetch --from ${ARCHIVE}\``,
    { cause: error },
  );
}

function unwritable(directory: string, cause: unknown): NosError {
  return new NosError(
    'unwritable',
    `cannot write the engine to ${directory}: ${(cause as Error).message}`,
    'make room, or make it writable',
    { cause },
  );
}
