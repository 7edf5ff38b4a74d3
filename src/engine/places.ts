import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFolder } from '../package-folder.ts';
import { userDirectories } from '../user-directories.ts';
import { ENGINE, PLATFORM } from './package.ts';

/** The folder, in a directory of engines, that this package and machine need: several versions and platforms may lie side by side. */
export const ENGINE_FOLDER = `onnxruntime-${ENGINE.version}-${PLATFORM}`;

/**
 * The directories in which the engine may lie: this package's own, which every user of the package shares; else the user's cache,
 * if the package belongs to another user.
 */
export function engineDirectories(): readonly string[] {
  const own = fileURLToPath(new URL('engine', packageFolder));
  return [own, join(userDirectories().cache, 'engine')];
}

/** The folder of an engine's package in its folder. */
export const packageIn = (folder: string): string => join(folder, 'node_modules', ENGINE.name);

/**
 * The folder of the engine's package: of one that the user has installed beside this package, if it is of the same version; else
 * of the one that `fetchEngine` brought. Undefined if there is none.
 *
 * @param directories Looked at instead of all of that.
 */
export function findEngine(directories?: readonly string[]): string | undefined {
  const installed = directories === undefined ? findInstalled() : undefined;
  const folders = (directories ?? engineDirectories()).map((directory) => join(directory, ENGINE_FOLDER));
  return installed ?? folders.map(packageIn).find((path) => existsSync(path));
}

function findInstalled(): string | undefined {
  const manifest = `${ENGINE.name}/package.json`;
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(manifest) as { readonly version: string };
    const folder = join(require.resolve(manifest), '..');
    const binding = join(folder, 'bin', 'napi-v6', process.platform, process.arch);
    return version === ENGINE.version && existsSync(binding) ? folder : undefined;
  } catch {
    return undefined;
  }
}
