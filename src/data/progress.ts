import type { Timeouts } from '../download/index.ts';

/** What a fetch reports while it goes. */
export interface FetchProgress {
  /** Where the data comes from, for people: a host, an npm package, a folder at hand; of one download of several, its name too. */
  readonly source: string;
  readonly phase: 'connect' | 'download' | 'convert' | 'verify';
  /** Bytes of the download under way, files while converting and verifying. A total of 0 is not known. */
  readonly received: number;
  readonly total: number;
}

/** What every fetch takes. */
export interface FetchingOptions {
  /** The data directory; made if absent. */
  readonly directory: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  readonly timeouts?: Timeouts;
  /** What npm's configuration is read from; this process's environment where absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
