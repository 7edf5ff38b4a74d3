import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Download, PublishedFiles } from './manifest.ts';
import { otherForm } from './place.ts';

/**
 * Puts what was downloaded into a folder, unpacked, and removes it.
 *
 * @throws Error if it cannot be unpacked, or is an archive without any of the files.
 */
export async function unpack(
  { form, name = '', files }: Download,
  path: string,
  folder: string,
  set: PublishedFiles,
): Promise<void> {
  if (form === 'file') return rename(path, join(folder, name));
  if (form === 'gzip') {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(join(folder, name)));
  } else {
    await unpackArchive(path, folder, files ?? set.files.map((file) => file.name), set);
  }
  await rm(path);
}

/** Takes the wanted files out of an archive, from any of its folders. */
async function unpackArchive(
  path: string,
  folder: string,
  wanted: readonly string[],
  set: PublishedFiles,
): Promise<void> {
  const names: string[] = [];
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  const { extract } = await import('tar');
  await extract({
    file: path,
    cwd: unpacked,
    strict: true,
    filter: (entry) => {
      names.push(basename(entry));
      return wanted.includes(basename(entry));
    },
  });
  if (!names.some((name) => wanted.includes(name))) {
    throw new Error(otherForm(set, names) ?? `the archive holds none of ${wanted.join(', ')}`);
  }
  for (const entry of await readdir(unpacked, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await rename(join(entry.parentPath, entry.name), join(folder, entry.name));
  }
  await rm(unpacked, { recursive: true });
}
