import { mkdir, rename, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { diskTrouble, download, makePartial, reasonOf, removeAbandoned } from '../../download/index.ts';
import { NosError } from '../../errors.ts';
import type { FetchOptions, FetchProgress } from '../progress.ts';
import { downloadName, type PublishedFiles, type PublishedSource } from './manifest.ts';
import { isUrl, sourcesAt } from './place.ts';
import { RECORD, recordChecksums, verifyPublished } from './verify.ts';

/**
 * Downloads a data set unless it is there and right, from the first source that has it. The files get their names when all are
 * verified: processes that fetch at the same time do not hurt each other, and an interrupted download leaves nothing.
 *
 * @returns the source, or `present` if nothing had to be done.
 * @throws NosError `network`, or `bad-option` for a place at hand without the files; `unwritable`; the signal's reason.
 */
export async function fetchPublished(set: PublishedFiles, options: FetchOptions): Promise<string> {
  const { directory, from, signal } = options;
  const folder = join(directory, set.name);
  await removeAbandoned(directory);
  if (await isPresent(folder, set)) return 'present';
  const sources = from === undefined ? set.sources : await sourcesFrom(set, from);
  const refuse = (error: unknown): Promise<never> => Promise.reject(unwritable(directory, error));
  const partial = await makePartial(directory, set.name).catch(refuse);
  const reasons = new Set<string>();
  try {
    for (const source of sources) {
      signal?.throwIfAborted();
      try {
        await fetchFrom(source, set, partial, options);
      } catch (error) {
        signal?.throwIfAborted();
        if (diskTrouble(error)) throw unwritable(directory, error);
        reasons.add(`${nameOf(source)}: ${reasonOf(error)}`);
        continue;
      }
      await publish(partial, folder, set).catch(refuse);
      return nameOf(source);
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  throw failure(set, from, [...reasons].join('; '));
}

async function isPresent(folder: string, set: PublishedFiles): Promise<boolean> {
  try {
    await verifyPublished(folder, set);
    return true;
  } catch (error) {
    if (error instanceof NosError) return false;
    throw error;
  }
}

async function sourcesFrom(set: PublishedFiles, from: string): Promise<readonly PublishedSource[]> {
  try {
    return await sourcesAt(set, from);
  } catch (error) {
    throw failure(set, from, (error as Error).message);
  }
}

/** The name that people see: a host, a package, or a folder. */
function nameOf({ downloads }: PublishedSource): string {
  const url = new URL(downloads[0]?.url ?? '');
  if (url.protocol === 'npm:') return `npm package ${url.pathname}`;
  return url.host || decodeURIComponent(url.pathname.slice(0, url.pathname.lastIndexOf('/')));
}

/** Puts all files into a folder, verified. @throws Error with the reason. */
async function fetchFrom(
  source: PublishedSource,
  set: PublishedFiles,
  folder: string,
  { onProgress = () => {}, ...options }: FetchOptions,
): Promise<void> {
  const name = nameOf(source);
  const files = set.files.length;
  const report = (phase: FetchProgress['phase'], received: number, total: number, file = '') =>
    onProgress({ source: name + file, phase, received, total });
  report('connect', 0, 0);
  // Workers open data sets too, and need not load what only unpacks archives.
  const { unpack } = await import('./unpack.ts');
  const path = join(folder, 'download');
  for (const each of source.downloads) {
    const file = source.downloads.length > 1 ? `, ${downloadName(each)}` : '';
    const onReceived = (received: number, total: number) => report('download', received, total, file);
    await download(each, path, { ...options, onReceived });
    await unpack(each, path, folder, set);
  }
  try {
    await source.convert?.(folder, (converted) => report('convert', converted, files));
    await recordChecksums(folder, set);
    await verifyPublished(folder, set, (verified) => report('verify', verified, files));
  } catch (error) {
    // Nobody knows the folder that it goes to until it is right.
    throw new Error((error as Error).message.replaceAll(folder + sep, ''));
  }
}

async function publish(partial: string, folder: string, { files }: PublishedFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  const recorded = files.some(({ sha256 }) => sha256 === undefined) ? [RECORD] : [];
  for (const name of [...recorded, ...files.map((file) => file.name)]) {
    await rename(join(partial, name), join(folder, name));
  }
}

function wholeOf({ files, sources }: PublishedFiles): string {
  if (files.length === 1) return 'that file';
  const whole = sources.find(({ downloads }) => downloads.length === 1)?.downloads[0];
  return whole === undefined ? 'an archive of them' : `an archive of them such as ${downloadName(whole)}`;
}

function failure(set: PublishedFiles, from: string | undefined, why: string): NosError {
  if (from !== undefined && !isUrl(from)) {
    const expected = set.files.map(({ name }) => name).join(', ');
    const hint = `name a folder that holds ${expected}, or ${wholeOf(set)}`;
    return new NosError('bad-option', `--from ${from}: ${why}`, hint);
  }
  return new NosError(
    'network',
    `${set.title} could not be downloaded: ${why}`,
    `check the network, or name a folder at hand or a mirror: \`nos data fetch ${set.name} --from PLACE\`; \`--task digits-mlp\` needs no download`,
  );
}

function unwritable(directory: string, cause: unknown): NosError {
  return new NosError(
    'unwritable',
    `cannot write data sets to ${directory}: ${(cause as Error).message}`,
    'make it writable, or name another directory by NOS_DATA_DIR',
    { cause },
  );
}
