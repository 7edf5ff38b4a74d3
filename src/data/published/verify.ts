import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import type { PublishedFiles } from './manifest.ts';

/**
 * Reads every file of a folder and checks its bytes.
 *
 * @throws NosError `data-missing` when a file is not there, `data-corrupt` when its bytes are not the published ones.
 */
export async function verifyPublished(
  folder: string,
  { title, name, files }: PublishedFiles,
  onVerified: (files: number) => void = () => {},
): Promise<void> {
  const hint = `run \`nos data fetch ${name}\``;
  for (const [index, file] of files.entries()) {
    const path = join(folder, file.name);
    const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
      const what = cause.code === 'ENOENT' ? 'is missing' : `cannot be read: ${cause.message}`;
      throw new NosError('data-missing', `${title}: ${path} ${what}`, hint, { cause });
    });
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== file.sha256) {
      const size = bytes.length === file.bytes ? '' : ` (${bytes.length} bytes, expected ${file.bytes})`;
      throw new NosError(
        'data-corrupt',
        `${title}: ${path} is not the published file: expected sha256 ${file.sha256}, found ${found}${size}`,
        `${hint} to get it again`,
      );
    }
    onVerified(index + 1);
  }
}

/** SHA-256 over the published checksums: of the whole data set. */
export function publishedChecksum({ files }: PublishedFiles): string {
  const hash = createHash('sha256');
  for (const { name, sha256 } of files) hash.update(`${name} ${sha256}\n`);
  return hash.digest('hex');
}
