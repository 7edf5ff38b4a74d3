import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import { CIFAR10_RECORD, type Cifar10Manifest } from './manifest.ts';

const FETCH = 'run `nos data fetch cifar10`';

/**
 * Reads every record file once and checks its bytes (0.1 s for the whole of CIFAR-10 where the processor knows SHA-256, so
 * that every open can afford it).
 *
 * @throws NosError `data-missing` when a file is not there, `data-corrupt` when its bytes are not the published ones.
 */
export async function verifyFiles(
  folder: string,
  manifest: Cifar10Manifest,
  onVerified: (files: number) => void = () => {},
): Promise<void> {
  for (const [index, { name, sha256 }] of manifest.files.entries()) {
    const bytes = await readRecords(join(folder, name));
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) throw corrupt(join(folder, name), sha256, found, bytes.length, manifest);
    onVerified(index + 1);
  }
}

async function readRecords(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'is missing' : `cannot be read: ${(cause as Error).message}`;
    throw new NosError('data-missing', `CIFAR-10: ${path} ${what}`, FETCH, { cause });
  }
}

function corrupt(
  path: string,
  sha256: string,
  found: string,
  bytes: number,
  manifest: Cifar10Manifest,
): NosError {
  const expectedBytes = manifest.recordsPerFile * CIFAR10_RECORD;
  const size = bytes === expectedBytes ? '' : ` (${bytes} bytes, expected ${expectedBytes})`;
  return new NosError(
    'data-corrupt',
    `CIFAR-10: ${path} is damaged: expected sha256 ${sha256}, found ${found}${size}`,
    `${FETCH} to download it again`,
  );
}
