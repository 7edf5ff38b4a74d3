import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TIMEOUTS } from '../../download/index.ts';
import { NosError } from '../../errors.ts';
import type { FetchingOptions, FetchProgress } from '../progress.ts';
import { fetchStaged } from '../staged.ts';

import {
  type Download,
  downloadName,
  filesBelow,
  type PublishedFiles,
  type PublishedSource,
} from './manifest.ts';
import { RECORD, recordChecksums, verifyPublished } from './verify.ts';

export interface FetchPublishedOptions extends FetchingOptions {
  /**
   * A folder at hand, or the URL of one, in the place of the published sources. It has the files by their names, or the downloads
   * of one of the sources by theirs. Of a data set of one file it may be that file.
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
    sources: sourcesOf(set, from).map((source) => ({
      name: nameOf(source),
      obtain: (folder) => fetchFrom(source, set, folder, options),
    })),
    verify: (folder) => verifyPublished(folder, set),
    failure: (reasons) => failure(set, from, reasons),
  });
}

/** The published sources; or the files, then the published downloads, at another place, or the one file that it is. */
function sourcesOf({ files, sources }: PublishedFiles, from: string | undefined): readonly PublishedSource[] {
  if (from === undefined) return sources;
  const place = isUrl(from) ? from : pathToFileURL(resolve(from)).href;
  const base = place.endsWith('/') ? place : `${place}/`;
  const elsewhere = sources.map(({ downloads }) => ({
    downloads: downloads.map((download) => ({
      ...download,
      url: base + downloadName(download),
    })),
  }));
  const itself = files.length === 1 ? [{ downloads: files.map(({ name }) => file(place, name)) }] : [];
  return [filesBelow(base, files, 'file'), ...elsewhere, ...itself];
}

const file = (url: string, name: string): Download => ({ url, form: 'file', name });

const isUrl = (place: string): boolean => /^https?:/.test(place);

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
      names: set.files.map((file) => file.name),
      signal,
      timeouts,
      environment,
      onReceived: (received, total) => report('download', received, total, file),
    });
  }
  await recordChecksums(folder, set);
  await verifyPublished(folder, set, (files) => report('verify', files, set.files.length));
}

function failure(set: PublishedFiles, from: string | undefined, why: string): NosError {
  if (from !== undefined && !isUrl(from)) {
    const expected = set.files.map(({ name }) => name).join(', ');
    const itself = set.files.length === 1 ? ', or that file' : '';
    const hint = `name a folder that holds ${expected}${itself}`;
    return new NosError('bad-option', `--from ${from}: ${why}`, hint);
  }
  return new NosError(
    'network',
    `${set.title} could not be downloaded: ${why}`,
    `check the network, or name a folder at hand or a mirror: \`nos data fetch ${set.name} --from PLACE\``,
  );
}
