import type { RemoteFile } from '../../download/index.ts';

/** A data set of files whose bytes are known, and the places that publish them. Tests hand in small ones. */
export interface PublishedFiles {
  /** The name of the data set, and of its folder in the data directory. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  readonly files: readonly PublishedFile[];
  /** Places that have the files, in the order in which they are tried. */
  readonly sources: readonly PublishedSource[];
  /** Forms of the same data that are not read, but that people may have at hand. */
  readonly others?: readonly OtherForm[];
}

export interface OtherForm {
  /** Names of files that identify it: one is enough. */
  readonly names: readonly string[];
  /** What it is, and what to take instead. */
  readonly what: string;
}

export interface PublishedFile {
  readonly name: string;
  readonly bytes?: number;
  /** Lower-case hex. If it is not published, the one of the file that was fetched is recorded beside it. */
  readonly sha256?: string;
}

/** One place that has all files, in one or more downloads. */
export interface PublishedSource {
  readonly downloads: readonly Download[];
  /** Makes the data set's files from what the downloads gave, in a folder, and removes what it made them from. */
  readonly convert?: (folder: string, onConverted: (files: number) => void) => Promise<void>;
}

export interface Download extends RemoteFile {
  /** `file`: one file as it is. `gzip`: one file, compressed. `tar`: an archive, compressed or not, that holds files in any folders. */
  readonly form: 'file' | 'gzip' | 'tar';
  /** The name of the file of form `file` or `gzip`. */
  readonly name?: string;
  /** The names of the files to take out of an archive; those of the data set unless given. */
  readonly files?: readonly string[];
}

/** The files one by one, each at its name below a URL, with `.gz` behind it if they are compressed. */
export function filesBelow(
  base: string,
  files: readonly { readonly name: string }[],
  form: 'file' | 'gzip',
): PublishedSource {
  const ending = form === 'gzip' ? '.gz' : '';
  return { downloads: files.map(({ name }) => ({ url: `${base}${name}${ending}`, form, name })) };
}

/** The file name of a download, which a folder at hand is to have it by. */
export function downloadName({ url }: Download): string {
  if (url.startsWith('npm:')) return `${url.slice('npm:'.length).replace('@', '-')}.tgz`;
  return url.slice(url.lastIndexOf('/') + 1);
}
