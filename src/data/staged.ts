import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskTrouble, makePartial, reasonOf, removeAbandoned } from '../download/index.ts';
import { NosError } from '../errors.ts';
import { unwritable, writable } from './staging.ts';

export interface StagedFetch {
  /** The data directory; made if absent. */
  readonly directory: string;
  /** Of the data set's folder in it. */
  readonly folder: string;
  /** The files of that folder. */
  readonly files: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** The sources in the order in which they are tried; asked for where something is to be fetched. */
  sources(): readonly StagedSource[] | Promise<readonly StagedSource[]>;
  /** @throws NosError where a folder does not hold the data set, whole and right. */
  verify(folder: string): Promise<unknown>;
  /** What is thrown when no source had it. */
  failure(reasons: string): NosError;
}

export interface StagedSource {
  /** For people. */
  readonly name: string;
  /** Puts all files into an existing folder, verified. @throws Error with the reason. */
  obtain(folder: string): Promise<void>;
}

/**
 * Brings a data set unless it is there and right, from the first source that has it. The files get their names when all are
 * verified, so that processes fetching at the same time do not hurt each other, and what was interrupted leaves nothing.
 *
 * @returns the source's name, or `present` when nothing had to be done.
 * @throws NosError `unwritable`, or the failure; the signal's reason.
 */
export async function fetchStaged(fetch: StagedFetch): Promise<string> {
  const { directory, signal } = fetch;
  const folder = join(directory, fetch.folder);
  await removeAbandoned(directory);
  if (await isPresent(folder, fetch)) return 'present';
  const sources = await fetch.sources();
  const partial = await writable(directory, () => makePartial(directory, fetch.folder));
  const reasons = new Set<string>();
  try {
    for (const source of sources) {
      signal?.throwIfAborted();
      try {
        await source.obtain(partial);
        await writable(directory, () => publish(partial, folder, fetch));
        return source.name;
      } catch (error) {
        signal?.throwIfAborted();
        if (diskTrouble(error)) throw unwritable(directory, error);
        reasons.add(`${source.name}: ${reasonOf(error)}`);
      }
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  throw fetch.failure([...reasons].join('; '));
}

async function isPresent(folder: string, { verify }: StagedFetch): Promise<boolean> {
  try {
    await verify(folder);
    return true;
  } catch (error) {
    if (error instanceof NosError) return false;
    throw error;
  }
}

async function publish(partial: string, folder: string, { files }: StagedFetch): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of files) await rename(join(partial, name), join(folder, name));
}
