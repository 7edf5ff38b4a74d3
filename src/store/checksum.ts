import { hash } from 'node:crypto';

/**
 * The checksum of a row: 16 hexadecimal digits of SHA-256 over its values. SQLite keeps none over a file's pages, so that a bit
 * that a disk turns over would be taken for what was written.
 */
export function checksumOf(values: readonly (string | number | null)[]): string {
  return hash('sha256', JSON.stringify(values)).slice(0, 16);
}
