import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';

/** Streams an archive to a file of `folder` and returns its path; `onChunk` sees every chunk. */
export async function saveArchive(
  source: NodeJS.ReadableStream,
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

/** Unpacks a .tar.gz into `folder`, its top folder left out, and removes it. */
export async function unpackArchive(path: string, folder: string): Promise<void> {
  await extract({ file: path, cwd: folder, strip: 1, strict: true });
  await rm(path);
}
