import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteStream } from './npm-package.ts';

/** Streams an archive to a file of `folder` and returns its path; `onChunk` sees every chunk. */
export async function saveArchive(
  source: ByteStream,
  folder: string,
  onChunk: (chunk: Uint8Array) => void,
): Promise<string> {
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      onChunk(chunk);
      done(null, chunk);
    },
  });
  const path = join(folder, 'archive.tar.gz');
  await pipeline(source, meter, createWriteStream(path));
  return path;
}
