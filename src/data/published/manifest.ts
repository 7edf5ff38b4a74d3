/** A data set of files whose bytes are known, and the places that publish them. Tests hand in small ones. */
export interface PublishedFiles {
  /** Of the data set, and of its folder in the data directory. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly files: readonly PublishedFile[];
  /** In the order in which they are tried. */
  readonly sources: readonly PublishedSource[];
  /** What people may have at hand in its place: forms of the same data that are not read. */
  readonly others?: readonly OtherForm[];
}

export interface OtherForm {
  /** Files that tell it: one is enough. */
  readonly names: readonly string[];
  /** What it is, and what to take instead. */
  readonly what: string;
}

export interface PublishedFile {
  readonly name: string;
  readonly bytes?: number;
  /** Lower-case hex. Where it is not published, that of the file that was fetched is recorded beside it. */
  readonly sha256?: string;
}

/** One place that has all files, in one or more downloads. */
export interface PublishedSource {
  readonly downloads: readonly Download[];
}

export interface Download {
  /** `https:`, or `npm:NAME@VERSION` for a package of the user's npm registry. */
  readonly url: string;
  /**
   * `file`: the file `name` as it is. `gzip`: the file `name`, compressed. `tar`: an archive, compressed, that holds files of the data
   * set by their names, in whatever folder.
   */
  readonly form: 'file' | 'gzip' | 'tar';
  /** Of form `file` and `gzip`. */
  readonly name?: string;
  /** Of what is downloaded, lower-case hex, where it is published. */
  readonly sha256?: string;
}

/** The files one by one, each at its name below a URL, with `.gz` behind it where they are compressed. */
export function filesBelow(
  base: string,
  files: readonly { readonly name: string }[],
  form: 'file' | 'gzip',
): PublishedSource {
  const ending = form === 'gzip' ? '.gz' : '';
  return { downloads: files.map(({ name }) => ({ url: `${base}${name}${ending}`, form, name })) };
}

/** The name of what a download gives: what a folder at hand is to have it by. */
export function downloadName({ url }: Download): string {
  if (url.startsWith('npm:')) return `${url.slice('npm:'.length).replace('@', '-')}.tgz`;
  return url.slice(url.lastIndexOf('/') + 1);
}
