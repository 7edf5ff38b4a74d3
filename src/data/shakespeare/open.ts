import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import { type CharacterText, characterText } from '../characters.ts';
import { SHAKESPEARE, SHAKESPEARE_FILE, SHAKESPEARE_FOLDER, type ShakespeareManifest } from './manifest.ts';

const FETCH = 'run `nos data fetch shakespeare`';

export interface OpenShakespeareOptions {
  /** The data directory; the text lies in its folder `shakespeare`. */
  readonly directory: string;
  readonly manifest?: ShakespeareManifest;
}

/**
 * The characters of tinyshakespeare: 1,003,854 for training, 55,769 for validation, 55,771 for tests, of 65 kinds. The file
 * is verified.
 *
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export async function openShakespeare(options: OpenShakespeareOptions): Promise<CharacterText> {
  return characterText('shakespeare', (await readShakespeare(options)).toString('utf8'));
}

/** The verified bytes. @throws as {@link openShakespeare}. */
export async function readShakespeare({
  directory,
  manifest = SHAKESPEARE,
}: OpenShakespeareOptions): Promise<Buffer> {
  const path = join(directory, SHAKESPEARE_FOLDER, SHAKESPEARE_FILE);
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'is missing' : `cannot be read: ${cause.message}`;
    throw new NosError('data-missing', `Shakespeare: ${path} ${what}`, FETCH, { cause });
  });
  checkBytes(path, bytes, manifest);
  return bytes;
}

/** @throws NosError `data-corrupt` when the bytes are not the published ones. */
export function checkBytes(
  path: string,
  bytes: Uint8Array,
  { sha256, bytes: size }: ShakespeareManifest,
): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === sha256) return;
  const lengths = bytes.length === size ? '' : ` (${bytes.length} bytes, expected ${size})`;
  throw new NosError(
    'data-corrupt',
    `Shakespeare: ${path} is not the published text: expected sha256 ${sha256}, found ${found}${lengths}`,
    `${FETCH} to get it again`,
  );
}
