import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';

/** A stream of Node's, by what is written down here without the types of Node, which a user of this package may not have. */
export type ByteStream = AsyncIterable<string | Uint8Array>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Streams a package's archive as the user's npm would get it, from the registry that is configured; pacote checks its integrity.
 *
 * @param spec `NAME@VERSION`, `file:PATH` or a URL of an archive.
 * @param save What becomes of the archive.
 * @throws Error with the reason.
 */
export async function streamPackage<T>(
  spec: string,
  save: (archive: ByteStream) => Promise<T>,
  options: {
    /** What npm's configuration is read from; this process's environment where absent. */
    readonly environment: Environment | undefined;
    readonly signal: AbortSignal;
    readonly integrity?: string;
    /** Whether npm's cache may give it, and keeps it. Data sets would only fill it. */
    readonly cached?: boolean;
  },
): Promise<T> {
  // Loaded only when it is needed: pacote is large, and workers open data sets too.
  const { default: pacote } = await import('pacote');
  const { environment, cached = false, ...more } = options;
  const guardedSave = (archive: NodeJS.ReadableStream): Promise<T> => {
    // An aborted connection may say so again after whoever reads has let go of it.
    archive.on('error', () => {});
    return save(archive);
  };
  // npm's own patience, over a minute, is too long for a fallback.
  const retry = { retries: 1, factor: 1, minTimeout: 100, maxTimeout: 100 };
  const { cache, ...npm } = await npmOptions(environment);
  // Without `preferOnline` pacote would take what has the same integrity from npm's cache, whatever the file at hand holds.
  const cacheOptions =
    cached && (await isWritable(String(cache)))
      ? { cache: String(cache), preferOffline: true }
      : { preferOnline: true };
  return pacote.tarball.stream(spec, guardedSave, { ...npm, ...cacheOptions, ...more, retry });
}

/** npm makes its cache where it is absent. */
async function isWritable(directory: string): Promise<boolean> {
  return makeDirectory(directory)
    .then(() => access(directory, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
}

/**
 * The options that the user's npm would use here: registry, credentials, proxy, certificates, from the environment and
 * every .npmrc; within a script of npm's, those that npm itself reads. pacote alone reads none of them.
 *
 * @param environment what npm would see as its environment variables.
 */
async function npmOptions(
  environment: Environment = process.env,
): Promise<Readonly<Record<string, unknown>>> {
  // npm's parts are large, and workers open data sets too.
  const { default: Config } = await import('@npmcli/config');
  const { default: npm } = await import('@npmcli/config/lib/definitions/index.js');
  const config = new Config({
    npmPath: join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm'),
    definitions: npm.definitions,
    shorthands: npm.shorthands,
    flatten: npm.flatten,
    // Our own arguments are none of npm's.
    argv: [process.execPath, 'npm'],
    // A copy: npm writes to it.
    env: { ...environment },
    cwd: environment.npm_config_local_prefix ?? environment.INIT_CWD ?? process.cwd(),
  });
  await config.load();
  return config.flat;
}
