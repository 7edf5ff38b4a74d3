import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { NosError } from './errors.ts';

interface WholeOptions {
  readonly compressed: boolean;
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a text to a file as it comes. The file is whole or not there, and what it was before stays until it is whole.
 *
 * @returns The number of its bytes.
 * @throws NosError `unwritable`; and what the pieces throw.
 */
export async function writeWhole(
  file: string,
  pieces: AsyncIterable<string>,
  { compressed, signal }: WholeOptions,
): Promise<number> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      // What was written must be on the disk before the file gets its name.
      const stream = handle.createWriteStream({ flush: true });
      const source = Readable.from(pieces);
      await (compressed
        ? pipeline(source, createGzip(), stream, { signal })
        : pipeline(source, stream, { signal }));
    } finally {
      await handle.close().catch(() => undefined);
    }
    const { size } = await stat(partial);
    await rename(partial, file);
    return size;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw isOfSystem(error)
      ? new NosError('unwritable', `cannot write ${file}: ${error.message}`, 'name another by --output')
      : error;
  }
}

/** Whether the operating system, or a library that speaks for it, refused: not we, and not who stopped the work. */
export const isOfSystem = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && !(error instanceof NosError) && 'code' in error && error.name !== 'AbortError';
