import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { NosError } from '../../errors.ts';
import type { FetchingOptions, FetchProgress } from '../progress.ts';
import { diskTrouble, makePartial, reasonOf, unwritable, writable } from '../staging.ts';
import { type GuardOptions, guarded, meterOf, TIMEOUTS } from '../watchdog.ts';
import { SHAKESPEARE, SHAKESPEARE_FILE, SHAKESPEARE_FOLDER, type ShakespeareManifest } from './manifest.ts';
import { checkBytes, readShakespeare } from './open.ts';

export interface FetchShakespeareOptions extends FetchingOptions {
  /** Where to take the text from instead of its official place: a file, a folder that holds `input.txt`, or a URL of it. */
  readonly from?: string;
  readonly manifest?: ShakespeareManifest;
}

/**
 * Downloads tinyshakespeare, or copies it from where it is at hand, unless it is there and right. It is verified before it
 * gets its name, so that processes fetching at the same time do not hurt each other.
 *
 * @returns the source, or `present` when nothing had to be done.
 * @throws NosError `network`, `unwritable`, `bad-option` or `data-corrupt` for a place without the published text; the
 *   signal's reason.
 */
export async function fetchShakespeare(options: FetchShakespeareOptions): Promise<string> {
  const { directory, manifest = SHAKESPEARE, signal } = options;
  if (await isPresent(directory, manifest)) return 'present';
  signal?.throwIfAborted();
  const partial = await writable(directory, () => makePartial(directory, SHAKESPEARE_FOLDER));
  try {
    const { source, bytes } = await obtain(options, manifest);
    await writable(directory, () => publish(partial, directory, bytes));
    return source;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

interface Obtained {
  readonly source: string;
  /** Verified. */
  readonly bytes: Uint8Array;
}

function obtain(options: FetchShakespeareOptions, manifest: ShakespeareManifest): Promise<Obtained> {
  const { from } = options;
  if (from === undefined) return download(manifest.url, options, manifest);
  return /^https?:/.test(from) ? download(from, options, manifest) : copy(from, manifest);
}

/** @throws NosError `network`, with the reason; the signal's reason. */
async function download(
  url: string,
  options: FetchShakespeareOptions,
  manifest: ShakespeareManifest,
): Promise<Obtained> {
  const { fetch = globalThis.fetch, timeouts = TIMEOUTS, signal, onProgress = () => {} } = options;
  const source = new URL(url).host;
  const report = (phase: FetchProgress['phase'], received: number, total: number) =>
    onProgress({ source, phase, received, total });
  report('connect', 0, 0);
  const onReceived = (received: number) => report('download', received, manifest.bytes);
  try {
    const bytes = await readAll(url, fetch, { onReceived, timeouts, signal });
    checkBytes(url, bytes, manifest);
    report('verify', 1, 1);
    return { source, bytes };
  } catch (error) {
    signal?.throwIfAborted();
    if (diskTrouble(error)) throw unwritable(options.directory, error);
    throw new NosError(
      'network',
      `Shakespeare could not be downloaded: ${source}: ${reasonOf(error)}`,
      'check the network, or name a file at hand or a mirror: `nos data fetch shakespeare --from PLACE`',
      { cause: error },
    );
  }
}

function readAll(url: string, fetch: typeof globalThis.fetch, options: GuardOptions): Promise<Uint8Array> {
  return guarded(options, options.timeouts.connection, async (watchdog) => {
    const response = await fetch(url, { signal: watchdog.signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const meter = meterOf(options, watchdog);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
      meter(chunk);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  });
}

async function copy(place: string, manifest: ShakespeareManifest): Promise<Obtained> {
  const path = await fileAt(resolve(place));
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new NosError('bad-option', `--from ${place}: ${cause.message}`, 'name the file, or its folder', {
      cause,
    });
  });
  checkBytes(path, bytes, manifest);
  return { source: path, bytes };
}

async function fileAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? join(path, SHAKESPEARE_FILE) : path;
}

async function publish(partial: string, directory: string, bytes: Uint8Array): Promise<void> {
  const folder = join(directory, SHAKESPEARE_FOLDER);
  await writeFile(join(partial, SHAKESPEARE_FILE), bytes);
  await mkdir(folder, { recursive: true });
  await rename(join(partial, SHAKESPEARE_FILE), join(folder, SHAKESPEARE_FILE));
}

async function isPresent(directory: string, manifest: ShakespeareManifest): Promise<boolean> {
  try {
    await readShakespeare({ directory, manifest });
    return true;
  } catch (error) {
    if (error instanceof NosError) return false;
    throw error;
  }
}
