import { spawn } from 'node:child_process';
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeDirectory } from '../make-directory.ts';

/** EnvironmentVariables variables by name. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export interface PackOptions {
  /** The environment that npm runs in; this process's unless given. */
  readonly environment?: EnvironmentVariables | undefined;
  /** Whether npm's cache may give the archive, and keeps it. Data sets would only fill it. */
  readonly cached?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Called with the number of bytes so far, whenever more have come. */
  readonly onReceived: (bytes: number) => void;
}

/** npm's own patience, over a minute, is too long for a fallback. */
const RETRY = ['--fetch-retries=1', '--fetch-retry-mintimeout=100', '--fetch-retry-maxtimeout=100'];
const QUIET = ['--json', '--loglevel=error', '--no-update-notifier', '--ignore-scripts'];

/**
 * Fetches the archive of a package with the user's npm, by `npm pack`. npm knows its registries, credentials, proxy and
 * certificates, and checks the archive's integrity. It runs no script of the package.
 *
 * @param spec `NAME@VERSION`, or the URL of an archive.
 * @param path The file to make. npm works in the folder `PATH.npm`, which is removed.
 * @throws Error with npm's reason.
 */
export async function packPackage(spec: string, path: string, options: PackOptions): Promise<void> {
  const { environment = process.env, cached = false, signal, onReceived } = options;
  const folder = `${path}.npm`;
  await mkdir(folder);
  const userCache = cached ? await writableCache(environment, signal) : undefined;
  const cache = userCache ?? join(folder, 'cache');
  const stopWatching = await watchGrowth(join(cache, '_cacache', 'tmp'), onReceived);
  try {
    // `prefer-offline`: npm pack would ask the registry again for what is in the cache.
    const places = [`--pack-destination=${folder}`, `--cache=${cache}`, '--prefer-offline'];
    await npm(['pack', spec, ...places, ...RETRY, ...QUIET], environment, signal);
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error('npm pack made no archive');
    await rename(join(folder, archive), path);
    onReceived((await stat(path)).size);
  } finally {
    stopWatching();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The user's npm cache; undefined if it cannot be written. */
async function writableCache(
  environment: EnvironmentVariables,
  signal: AbortSignal,
): Promise<string | undefined> {
  const cache = (await npm(['config', 'get', 'cache'], environment, signal)).trim();
  return makeDirectory(cache)
    .then(() => access(cache, constants.W_OK))
    .then(
      () => cache,
      () => undefined,
    );
}

const POLL_MILLISECONDS = 250;

/** Reports how many bytes were added to the files of a folder, where npm puts what it downloads. Returns a function that ends it. */
async function watchGrowth(folder: string, onGrowth: (bytes: number) => void): Promise<() => void> {
  const before = await fileSizes(folder);
  const largest = new Map(before);
  let reported = 0;
  const timer = setInterval(async () => {
    for (const [name, size] of await fileSizes(folder)) {
      largest.set(name, Math.max(size, largest.get(name) ?? 0));
    }
    const grown = [...largest].reduce((sum, [name, size]) => sum + size - (before.get(name) ?? 0), 0);
    if (grown <= reported) return;
    reported = grown;
    onGrowth(grown);
  }, POLL_MILLISECONDS);
  return () => clearInterval(timer);
}

/** Bytes of each file of a folder, by name. Files come and go meanwhile. */
async function fileSizes(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(folder).catch(() => []);
  const sizeOf = (name: string): Promise<number> =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return new Map(await Promise.all(names.map(async (name) => [name, await sizeOf(name)] as const)));
}

/** Runs npm where the user called it, so that it finds the project's .npmrc. Returns what it printed. @throws Error with its reason. */
async function npm(
  parameters: readonly string[],
  environment: EnvironmentVariables,
  signal: AbortSignal,
): Promise<string> {
  const { program, leading, path } = findNpm(environment);
  const child = spawn(program, [...leading, ...parameters], {
    cwd: environment.npm_config_local_prefix ?? environment.INIT_CWD ?? process.cwd(),
    env: { ...environment, ...path },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let failure: NodeJS.ErrnoException | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  // Until it is gone: it may still write to the folder that its caller removes.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (failure?.code === 'ENOENT') throw new Error('there is no npm on the PATH');
  if (failure !== undefined) throw failure;
  if (exitCode !== 0)
    throw new Error(reasonFrom(stdout) ?? (stderr.trim() || `npm ended with exit code ${exitCode}`));
  return stdout;
}

/** The npm of the PATH, else the one beside this Node. On Windows, where `npm` is a script of the shell, always the latter. */
function findNpm(environment: EnvironmentVariables) {
  const beside = dirname(process.execPath);
  if (process.platform === 'win32') {
    return {
      program: process.execPath,
      leading: [join(beside, 'node_modules/npm/bin/npm-cli.js')],
      path: {},
    };
  }
  const path = [environment.PATH, beside].filter(Boolean).join(delimiter);
  return { program: 'npm', leading: [], path: { PATH: path } };
}

/** The summary of an error of npm, which `--json` prints on stdout. */
function reasonFrom(stdout: string): string | undefined {
  try {
    const { error } = JSON.parse(stdout) as { readonly error?: { readonly summary?: string } };
    return error?.summary || undefined;
  } catch {
    return undefined;
  }
}
