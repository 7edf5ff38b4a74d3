import { NosError } from '../errors.ts';

/** Does what writes to a file or a directory that the user may have named. @throws NosError `unwritable`. */
export async function writable<T>(path: string, write: () => Promise<T>): Promise<T> {
  return write().catch((cause: Error) => {
    throw new NosError('unwritable', `cannot write ${path}: ${cause.message}`, 'name another by --output', {
      cause,
    });
  });
}
