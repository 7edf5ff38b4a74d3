import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Download,
  downloadName,
  filesBelow,
  type PublishedFiles,
  type PublishedSource,
} from './manifest.ts';

/**
 * What a place that a user names may be, in the order in which it is tried: the files below it, or the downloads of one of the
 * sources; folders in it that hold the files; or itself an archive of them, or the one file that there is.
 *
 * @param from A file or a folder at hand, or a URL.
 * @throws Error with the reason if nothing is there, or a folder holds the data in another form.
 */
export async function sourcesAt(set: PublishedFiles, from: string): Promise<readonly PublishedSource[]> {
  if (isUrl(from)) return [...below(set, from), ...itself(set, from)];
  const path = resolve(from);
  const url = pathToFileURL(path).href;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error('there is no such file or folder');
  if (found.isFile()) return itself(set, url);
  const sources = below(set, url);
  const [folder, ...inner] = await foldersIn(path);
  const holding = inner.filter(({ names }) => set.files.some(({ name }) => names.includes(name)));
  const read = [...set.files.map(({ name }) => name), ...sources.flatMap(downloadNames)];
  const names = [folder, ...inner].flatMap((each) => each?.names ?? []);
  const other = names.some((name) => read.includes(name)) ? undefined : otherForm(set, names);
  if (other !== undefined) throw new Error(other);
  return [
    ...sources,
    ...holding.map(({ folder }) => filesBelow(`${pathToFileURL(folder).href}/`, set.files, 'file')),
  ];
}

const downloadNames = ({ downloads }: PublishedSource): readonly string[] => downloads.map(downloadName);

export const isUrl = (place: string): boolean => /^https?:/.test(place);

/** A sentence that says in which other form files of these names are the data set; undefined for files of whatever else. */
export function otherForm({ others = [] }: PublishedFiles, names: readonly string[]): string | undefined {
  const found = others.find((form) => form.names.some((name) => names.includes(name)));
  return found && `that is ${found.what}`;
}

/** A folder and those in it, with the names of what they hold. */
async function foldersIn(
  path: string,
): Promise<readonly { readonly folder: string; readonly names: readonly string[] }[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  const inner = await Promise.all(
    folders.sort().map(async (folder) => ({ folder, names: await readdir(folder).catch(() => []) })),
  );
  return [{ folder: path, names: entries.map(({ name }) => name) }, ...inner];
}

function below({ files, sources }: PublishedFiles, place: string): readonly PublishedSource[] {
  const base = place.endsWith('/') ? place : `${place}/`;
  const elsewhere = sources.map((source) => ({
    ...source,
    downloads: source.downloads.map((download) => ({ ...download, url: base + downloadName(download) })),
  }));
  return [filesBelow(base, files, 'file'), ...elsewhere];
}

/** The one file, as it is or compressed; an archive. */
function itself({ files }: PublishedFiles, url: string): readonly PublishedSource[] {
  const forms: readonly Download[] = [
    ...(files.length === 1 ? files.map(({ name }) => ({ url, form: 'file', name }) as const) : []),
    ...(files.length === 1 && url.endsWith('.gz')
      ? files.map(({ name }) => ({ url, form: 'gzip', name }) as const)
      : []),
    ...(files.length > 1 ? [{ url, form: 'tar' } as const] : []),
  ];
  return forms.map((download) => ({ downloads: [download] }));
}
