import type { EnvironmentVariables, Timeouts } from '../download/index.ts';

/** What a fetch reports while it runs. */
export interface FetchProgress {
  /** Where the data comes from, for people: a host, an npm package, a folder at hand; of one download of several, its name too. */
  readonly source: string;
  readonly phase: 'connect' | 'download' | 'convert' | 'verify';
  /** Bytes of the current download; files while converting and verifying. A total of 0 is not known. */
  readonly received: number;
  readonly total: number;
}

export interface FetchOptions {
  /** The data directory; made if absent. */
  readonly directory: string;
  /**
   * A place to take the data from instead of the published sources: a file or a folder at hand, or a URL. A folder has the files by
   * their names, or the downloads of one of the sources by theirs; a file is an archive of the files, or the only file there is.
   */
  readonly from?: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  readonly timeouts?: Timeouts;
  /** The environment that npm runs in; this process's unless given. */
  readonly environment?: EnvironmentVariables;
}
