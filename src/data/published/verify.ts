import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import type { PublishedFile, PublishedFiles } from './manifest.ts';

/** The file of a folder that holds checksums that are not published, in the form of sha256sum. */
export const RECORD = 'SHA256SUMS';

/**
 * Reads every file of a folder and checks its bytes.
 *
 * @returns SHA-256 over the names and checksums of all files: of the whole data set.
 * @throws NosError `data-missing` when a file is not there, `data-corrupt` when its bytes are not the published ones.
 */
export async function verifyPublished(
  folder: string,
  set: PublishedFiles,
  onVerified: (files: number) => void = () => {},
): Promise<string> {
  const whole = createHash('sha256');
  const recorded = await readRecord(folder);
  for (const [index, file] of set.files.entries()) {
    const bytes = await readPublished(folder, file, set);
    const found = sha256(bytes);
    const expected = file.sha256 ?? recorded.get(file.name);
    if (found !== expected) throw corrupt(join(folder, file.name), file, expected, found, bytes, set);
    whole.update(`${file.name} ${found}\n`);
    onVerified(index + 1);
  }
  return whole.digest('hex');
}

/** Records the checksums of files whose own are not published, as they were fetched. */
export async function recordChecksums(folder: string, set: PublishedFiles): Promise<void> {
  const lines: string[] = [];
  for (const file of set.files) {
    if (file.sha256 !== undefined) continue;
    lines.push(`${sha256(await readPublished(folder, file, set))}  ${file.name}\n`);
  }
  if (lines.length > 0) await writeFile(join(folder, RECORD), lines.join(''));
}

async function readRecord(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => '');
  return new Map([...text.matchAll(/^(\S+) {2}(.+)$/gm)].map(([, sum = '', name = '']) => [name, sum]));
}

async function readPublished(folder: string, { name }: PublishedFile, set: PublishedFiles): Promise<Buffer> {
  const path = join(folder, name);
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'is missing' : `cannot be read: ${cause.message}`;
    throw new NosError('data-missing', `${set.title}: ${path} ${what}`, hintOf(set), { cause });
  });
}

function corrupt(
  path: string,
  { bytes: size }: PublishedFile,
  expected: string | undefined,
  found: string,
  { length }: Uint8Array,
  set: PublishedFiles,
): NosError {
  const sizes = size === undefined || length === size ? '' : ` (${length} bytes, expected ${size})`;
  return new NosError(
    'data-corrupt',
    `${set.title}: ${path} is not the published file: expected sha256 ${expected ?? 'of a record that is missing'}, found ${found}${sizes}`,
    `${hintOf(set)} to get it again`,
  );
}

const hintOf = ({ name }: PublishedFiles): string => `run \`nos data fetch ${name}\``;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
