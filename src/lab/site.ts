import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NosError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { packageFolder } from '../package-folder.ts';

/** Where the pages of the rule lab lie, as they were built with the package. */
const BUILT = fileURLToPath(new URL('dist/web/lab', packageFolder));

/** The files of the rule lab by their paths from its folder: `index.html`, `assets/index-….js`. */
export type Site = ReadonlyMap<string, Uint8Array>;

/**
 * Reads the whole site.
 *
 * @throws NosError `data-missing` if the package was built without it.
 */
export async function readSite(): Promise<Site> {
  const paths = await pathsOfSite();
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(BUILT, path))] as const)),
  );
}

/** What was written. */
export interface ExportedSite {
  readonly files: readonly string[];
  /** Size of all files together. */
  readonly bytes: number;
}

/**
 * Copies the site into a folder, for any server of plain files: all its addresses are relative. Files of other names in the folder stay.
 *
 * @throws NosError `data-missing` if the package was built without it; `unwritable`.
 */
export async function exportSite(folder: string): Promise<ExportedSite> {
  const files = await pathsOfSite();
  try {
    await makeDirectory(folder);
    await cp(BUILT, folder, { recursive: true });
  } catch (error) {
    const { message } = error as Error;
    throw new NosError('unwritable', `cannot write ${folder}: ${message}`, 'name another by --export', {
      cause: error,
    });
  }
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(BUILT, path))).size));
  return { files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function pathsOfSite(): Promise<readonly string[]> {
  const entries = await readdir(BUILT, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(BUILT.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  if (paths.includes('index.html')) return paths;
  throw new NosError(
    'data-missing',
    `no rule lab in ${BUILT}`,
    'install the package again; in a clone: npm run build',
  );
}
