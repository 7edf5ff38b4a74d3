import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar';
import { type GuardOptions, guarded, meterOf, streamPackage } from '../../download/index.ts';
import type { Download, PublishedFiles } from './manifest.ts';
import { otherForm } from './place.ts';

export interface DownloadOptions extends Omit<GuardOptions, 'onReceived'> {
  /** Called with the bytes that have come and those that will have; a total of 0 is not known. */
  readonly onReceived: (bytes: number, total: number) => void;
  readonly fetch: typeof globalThis.fetch;
  /** What npm's configuration is read from; this process's environment where absent. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** An existing folder that the files go to. */
  readonly folder: string;
  /** The data set; an archive may hold other files. */
  readonly set: PublishedFiles;
}

/** A connection that breaks is taken up again so many times. */
const RETRIES = 3;

/**
 * Downloads, from the network, an npm package (`npm:NAME@VERSION`) or a `file:` URL, and unpacks.
 *
 * @throws Error with the reason, in one line.
 */
export async function downloadFiles(download: Download, options: DownloadOptions): Promise<void> {
  const path = join(options.folder, 'download');
  await rm(path, { force: true });
  await receive(download.url, path, options);
  await checkDownload(download, path);
  await unpack(download, path, options);
}

/** Appends to the file until it is whole: after a broken connection goes on where it was, if the server can. */
async function receive(url: string, path: string, options: DownloadOptions): Promise<void> {
  for (let retries = RETRIES; ; retries--) {
    const size = retries === RETRIES ? 0 : (await stat(path)).size;
    try {
      await receiveFrom(url, path, size, options);
      return;
    } catch (error) {
      // A server that is silent or says no will do so again; one that broke off in the middle may go on.
      if (!isBrokenConnection(error) || retries === 0) throw error;
    }
  }
}

/** By the name that fetch gives it. */
const isBrokenConnection = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'terminated';

async function receiveFrom(
  url: string,
  path: string,
  start: number,
  options: DownloadOptions,
): Promise<void> {
  await guarded(options, options.timeouts.connection, async (watchdog) => {
    const { chunks, from, total } = await openUrl(url, start, options, watchdog.signal);
    const onReceived = (bytes: number): void => options.onReceived(from + bytes, total);
    const meter = meterOf({ timeouts: options.timeouts, onReceived }, watchdog);
    const file = await open(path, from > 0 ? 'a' : 'w');
    try {
      for await (const chunk of chunks) {
        meter(chunk);
        await file.write(chunk);
      }
    } finally {
      await file.close();
    }
  });
}

interface Opened {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The byte that they begin with. */
  readonly from: number;
  /** Bytes of the whole, those before `from` included; 0 where that is not known. */
  readonly total: number;
}

async function openUrl(
  url: string,
  start: number,
  { fetch, environment }: DownloadOptions,
  signal: AbortSignal,
): Promise<Opened> {
  if (url.startsWith('file:')) return openFile(fileURLToPath(url));
  if (url.startsWith('npm:')) return openPackage(url.slice('npm:'.length), environment, signal);
  const headers = start > 0 ? { headers: { range: `bytes=${start}-` } } : {};
  const response = await fetch(url, { signal, ...headers });
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  const chunks = response.body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
  const from = response.status === 206 ? start : 0;
  // Where the server compresses what it sends, the length is not that of what comes out here.
  const length = response.headers.has('content-encoding')
    ? 0
    : Number(response.headers.get('content-length'));
  return { chunks, from, total: length > 0 ? from + length : 0 };
}

function openPackage(spec: string, environment: DownloadOptions['environment'], signal: AbortSignal): Opened {
  const chunks = new PassThrough();
  streamPackage(spec, (archive) => pipeline(archive, chunks), { environment, signal }).catch((error: Error) =>
    chunks.destroy(error),
  );
  return { chunks, from: 0, total: 0 };
}

async function openFile(path: string): Promise<Opened> {
  const file = await open(path).catch((cause: Error) => {
    // Without its code: a place that cannot be read is not the data directory's trouble.
    throw new Error(cause.message);
  });
  const { size } = await file.stat();
  return { chunks: file.createReadStream(), from: 0, total: size };
}

async function checkDownload({ url, sha256 }: Download, path: string): Promise<void> {
  if (sha256 === undefined) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`${baseName(url)} has sha256 ${found}, expected ${sha256}`);
}

async function unpack({ form, name = '' }: Download, path: string, options: DownloadOptions): Promise<void> {
  if (form === 'file') return rename(path, join(options.folder, name));
  if (form === 'gzip') {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(join(options.folder, name)));
  } else {
    await unpackArchive(path, options);
  }
  await rm(path);
}

/**
 * Takes the data set's files out of an archive, from whatever folder they are in.
 *
 * @throws Error where it holds none of them.
 */
async function unpackArchive(path: string, { folder, set }: DownloadOptions): Promise<void> {
  const wanted = set.files.map(({ name }) => name);
  const names: string[] = [];
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  await extract({
    file: path,
    cwd: unpacked,
    strict: true,
    filter: (entry) => {
      names.push(baseName(entry));
      return wanted.includes(baseName(entry));
    },
  });
  if (!names.some((name) => wanted.includes(name))) {
    throw new Error(otherForm(set, names) ?? `the archive holds none of ${wanted.join(', ')}`);
  }
  for (const entry of await readdir(unpacked, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await rename(join(entry.parentPath, entry.name), join(folder, entry.name));
  }
  await rm(unpacked, { recursive: true });
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
