import { dirname, join } from 'node:path';
import Config from '@npmcli/config';
import npm from '@npmcli/config/lib/definitions/index.js';

/**
 * The options that the user's npm would use here: registry, credentials, proxy, certificates, from the environment and
 * every .npmrc. pacote alone reads none of them. No cache: a data set would only fill npm's.
 *
 * @param environment what npm would see as its environment variables.
 */
export async function npmOptions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
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
