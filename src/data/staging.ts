import { NosError } from '../errors.ts';

/** Runs what writes to the data directory. @throws NosError `unwritable` for whatever it throws. */
export async function writable<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unwritable(directory, error);
  }
}

export function unwritable(directory: string, cause: unknown): NosError {
  if (cause instanceof NosError) return cause;
  return new NosError(
    'unwritable',
    `cannot write data sets to ${directory}: ${(cause as Error).message}`,
    'make it writable, or name another directory by NOS_DATA_DIR',
    { cause },
  );
}
