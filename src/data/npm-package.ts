import { dirname, join } from 'node:path';
import Config from '@npmcli/config';
import npm from '@npmcli/config/lib/definitions/index.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Streams a package's archive as the user's npm would get it, from the registry that is configured; pacote checks its integrity.
 *
 * @param spec `NAME@VERSION`.
 * @param save What becomes of the archive.
 * @throws Error with the reason.
 */
export async function streamPackage<T>(
  spec: string,
  save: (archive: NodeJS.ReadableStream) => Promise<T>,
  options: {
    /** What npm's configuration is read from; this process's environment where absent. */
    readonly environment: Environment | undefined;
    readonly signal: AbortSignal;
    readonly integrity?: string;
  },
): Promise<T> {
  // Loaded only when it is needed: pacote is large, and workers open data sets too.
  const { default: pacote } = await import('pacote');
  const { environment, ...more } = options;
  const guardedSave = (archive: NodeJS.ReadableStream): Promise<T> => {
    // An aborted connection may say so again after whoever reads has let go of it.
    archive.on('error', () => {});
    return save(archive);
  };
  // npm's own patience, over a minute, is too long for a fallback.
  const retry = { retries: 1, factor: 1, minTimeout: 100, maxTimeout: 100 };
  return pacote.tarball.stream(spec, guardedSave, { ...(await npmOptions(environment)), ...more, retry });
}

/**
 * The options that the user's npm would use here: registry, credentials, proxy, certificates, from the environment and
 * every .npmrc. pacote alone reads none of them. No cache: a data set would only fill npm's.
 *
 * @param environment what npm would see as its environment variables.
 */
async function npmOptions(
  environment: Environment = process.env,
): Promise<Readonly<Record<string, unknown>>> {
  const config = new Config({
    npmPath: join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm'),
    definitions: npm.definitions,
    shorthands: npm.shorthands,
    flatten: npm.flatten,
    // Our own arguments are none of npm's.
    argv: [process.execPath, 'npm'],
    // A copy: npm writes to it.
    env: { ...environment },
    cwd: process.cwd(),
  });
  await config.load();
  const { cache: _, ...options } = config.flat;
  return options;
}
