import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type EnvironmentVariables, packPackage } from './package.ts';
import { TIMEOUTS, type Timeouts, type Watchdog, withWatchdog } from './watchdog.ts';

/** Something to download. */
export interface RemoteFile {
  /** `https:`, `http:` or `file:`, or `npm:SPEC` for the archive of a package of the user's npm registry. */
  readonly url: string;
  /** Its size, which npm does not tell. */
  readonly bytes?: number;
  /** `ALGORITHM:HEX`, such as `sha256:8e2e…`, if it is published. */
  readonly checksum?: string;
}

export interface DownloadOptions {
  /** Called with the bytes that have come, and with those of the whole: 0 if that is not known. */
  readonly onReceived?: ((bytes: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** The environment that npm runs in; this process's unless given. */
  readonly environment?: EnvironmentVariables | undefined;
  /** Whether npm's cache may give a package, and keeps it. */
  readonly cached?: boolean;
}

/** How often a broken connection is taken up again. */
const RETRIES = 3;

/**
 * Downloads to a file. A broken connection is taken up again where it was, if the server can; a silent one is given up.
 *
 * @throws Error with the reason, in one line; the signal's reason.
 */
export async function download(file: RemoteFile, path: string, options: DownloadOptions = {}): Promise<void> {
  await rm(path, { force: true });
  for (let retries = RETRIES; ; retries--) {
    const start = retries === RETRIES ? 0 : (await stat(path)).size;
    try {
      await receive(file, path, start, options);
      break;
    } catch (error) {
      // A server that is silent or refuses will do so again; one that broke off in the middle may go on.
      if (!isBrokenConnection(error) || retries === 0) throw error;
    }
  }
  await check(file, path);
}

/** The digest of a file. @param algorithm As Node names it, such as `sha256`. */
export async function hashFile(path: string, algorithm: string, encoding: 'hex' | 'base64'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest(encoding);
}

/** fetch names it so. */
const isBrokenConnection = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'terminated';

/** Downloads what follows the first `start` bytes, and appends it. */
async function receive(
  { url, bytes = 0 }: RemoteFile,
  path: string,
  start: number,
  options: DownloadOptions,
): Promise<void> {
  const { onReceived = () => {}, signal, timeouts = TIMEOUTS, environment, cached } = options;
  const isPackage = url.startsWith('npm:');
  const first = isPackage ? timeouts.stall : timeouts.connection;
  await withWatchdog(signal, first, async (watchdog) => {
    const report = (received: number, total: number): void => {
      watchdog.alive(timeouts.stall);
      onReceived(received, total);
    };
    if (isPackage) {
      const how = { environment, cached, signal: watchdog.signal };
      const onBytes = (received: number): void => report(received, bytes);
      await packPackage(url.slice('npm:'.length), path, { ...how, onReceived: onBytes });
    } else {
      await append(path, await openUrl(url, start, watchdog), (received, total) =>
        report(received, total || bytes),
      );
    }
  });
}

interface Opened {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The byte that they begin with. */
  readonly from: number;
  /** Bytes of the whole, those before `from` included; 0 if that is not known. */
  readonly total: number;
}

async function append(
  path: string,
  { chunks, from, total }: Opened,
  onReceived: (bytes: number, total: number) => void,
): Promise<void> {
  const file = await open(path, from > 0 ? 'a' : 'w');
  try {
    let received = from;
    for await (const chunk of chunks) {
      received += chunk.length;
      onReceived(received, total);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
}

async function openUrl(url: string, start: number, { signal }: Watchdog): Promise<Opened> {
  if (url.startsWith('file:')) return openFile(fileURLToPath(url));
  const headers = start > 0 ? { headers: { range: `bytes=${start}-` } } : {};
  const response = await fetch(url, { signal, ...headers });
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  const chunks = response.body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
  const from = response.status === 206 ? start : 0;
  // If the server compresses what it sends, the length is not that of what comes out here.
  const length = response.headers.has('content-encoding')
    ? 0
    : Number(response.headers.get('content-length'));
  return { chunks, from, total: length > 0 ? from + length : 0 };
}

async function openFile(path: string): Promise<Opened> {
  const file = await open(path).catch((cause: Error) => {
    // Without its code: a place that cannot be read is not the trouble of the folder that is written to.
    throw new Error(cause.message);
  });
  const { size } = await file.stat();
  return { chunks: file.createReadStream(), from: 0, total: size };
}

async function check({ url, checksum }: RemoteFile, path: string): Promise<void> {
  if (checksum === undefined) return;
  const [algorithm = '', expected] = checksum.split(':');
  const found = await hashFile(path, algorithm, 'hex');
  if (found === expected) return;
  const name = url.slice(url.lastIndexOf('/') + 1);
  throw new Error(`${name} has ${algorithm} ${found}, expected ${expected}`);
}
