import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { NosError } from '../errors.ts';
import { packageFolder } from '../package-folder.ts';
import type { Dataset } from './dataset.ts';
import { digitsOf, RECORD } from './digits-records.ts';

/** The uncompressed file: 1,797 records of one label byte and 64 pixel bytes of 0…16. */
const SHA256 = 'd8121ca7764eccfaef1df6bc4589c6527c58fcbab0cb1b079e79f97f8cb8219a';
/** Where the bundled file lies. */
const BUNDLED = fileURLToPath(new URL('assets/digits/digits.u8.gz', packageFolder));

/**
 * The bundled handwritten digits, as {@link digitsOf} reads them.
 *
 * @throws NosError `data-missing` or `data-corrupt` when the installed package is damaged.
 */
export async function openDigits({ path = BUNDLED }: { readonly path?: string } = {}): Promise<Dataset> {
  const bytes = await readBundled(path);
  return digitsOf(bytes, SHA256);
}

const REINSTALL = 'the file is part of the package: install it again';

async function readBundled(path: string): Promise<Uint8Array> {
  const packed = await readFile(path).catch((error: Error) => {
    throw new NosError('data-missing', `digits: cannot read ${path}: ${error.message}`, REINSTALL);
  });
  const bytes = unpack(packed);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === SHA256) return bytes;
  throw new NosError(
    'data-corrupt',
    `digits: ${path} is damaged: expected sha256 ${SHA256}, found ${found}`,
    REINSTALL,
  );
}

/** An unreadable archive counts as empty: its checksum then names the trouble. */
function unpack(packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed);
  } catch {
    return new Uint8Array();
  }
}

/** The bundled digits as comma-separated values: `digit`, then 64 pixels of 0…16. @throws NosError as {@link openDigits}. */
export async function digitsCsv(): Promise<string> {
  const bytes = await readBundled(BUNDLED);
  const titles = ['digit', ...Array.from({ length: RECORD - 1 }, (_, i) => `pixel${i + 1}`)];
  const rows = Array.from({ length: bytes.length / RECORD }, (_, i) =>
    bytes.subarray(i * RECORD, (i + 1) * RECORD).join(','),
  );
  return `${[titles.join(','), ...rows].join('\n')}\n`;
}
