import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EnvironmentVariables, Timeouts } from '../download/index.ts';
import {
  diskTrouble,
  download,
  hashFile,
  makePartial,
  reasonOf,
  removeAbandoned,
} from '../download/index.ts';
import { NosError } from '../errors.ts';
import { checkPlatform, ENGINE } from './package.ts';
import { ENGINE_FOLDER, engineDirectories, findEngine, packageIn } from './places.ts';

export interface FetchEngineOptions {
  /** The package's archive at hand, a folder that holds it, or its URL, instead of npm's registry. Its checksum must be the same. */
  readonly from?: string;
  /** Directories in which it is looked for; it goes to the first that can be written. All that {@link findEngine} knows unless given. */
  readonly directories?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called with the number of bytes of the archive that have come. */
  readonly onReceived?: (bytes: number) => void;
  readonly timeouts?: Timeouts;
  /** The environment that npm runs in; this process's unless given. */
  readonly environment?: EnvironmentVariables;
}

export interface FetchedEngine {
  /** The folder of its package. */
  readonly folder: string;
  /** Where it came from; `present` if nothing had to be done. */
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
/** The name that `npm pack` gives the archive. */
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
async function obtain(partial: string, { from, ...options }: FetchEngineOptions): Promise<void> {
  // Other users use what an administrator installs.
  await chmod(partial, 0o755);
  const folder = packageIn(partial);
  await mkdir(folder, { recursive: true });
  const archive = join(partial, 'archive.tar.gz');
  const url = from === undefined ? `npm:${SPEC}` : await urlOf(from);
  await download({ url, bytes: ENGINE.bytes }, archive, { ...options, cached: from === undefined });
  const sha512 = await hashFile(archive, 'sha512', 'base64');
  if (ENGINE.integrity !== `sha512-${sha512}`) {
    throw new Error('that is not the published archive: its sha512 is another');
  }
  const { extract } = await import('tar');
  await extract({ file: archive, cwd: folder, strip: 1, strict: true, filter: (path) => NEEDED.test(path) });
  await rm(archive);
  // A copy in the user's cache would not find the package that it builds on.
  const common = join(createRequire(import.meta.url).resolve('onnxruntime-common'), '../../..');
  for (const part of ['package.json', 'dist/cjs']) {
    await cp(join(common, part), join(partial, 'node_modules/onnxruntime-common', part), { recursive: true });
  }
}

/** The files of the archive that are kept: the program, and the libraries of this platform. */
const NEEDED = new RegExp(
  `^package/(package\\.json|dist/.+\\.js|bin/[^/]+/${process.platform}/${process.arch}/.+)$`,
);

/** npm fetches from a URL, too: it knows the proxy and the certificates. */
async function urlOf(from: string): Promise<string> {
  if (/^https?:/.test(from)) return `npm:${from}`;
  const path = resolve(from);
  const folder = (await stat(path)).isDirectory();
  return pathToFileURL(folder ? join(path, ARCHIVE) : path).href;
}

function failure(error: unknown, from: string | undefined, directory: string): NosError {
  if (error instanceof NosError) return error;
  if (diskTrouble(error)) return unwritable(directory, error);
  const why = reasonOf(error);
  const packing = `\`npm pack ${SPEC}\``;
  if (from !== undefined) {
    const hint = `name the archive of ${SPEC}: ${packing} makes it`;
    return new NosError('bad-option', `--from ${from}: ${why}`, hint, { cause: error });
  }
  return new NosError(
    'engine',
    `onnxruntime ${ENGINE.version} is not on this machine, and npm did not fetch it: ${why}`,
    `check the network (npm's registry and proxy settings are honoured), or make its archive elsewhere by ${packing} and take it along: \`nos engine fetch --from ${ARCHIVE}\``,
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
