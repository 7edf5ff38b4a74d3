import type { ResultSet, Row } from '@libsql/client';
import type { Columns } from './documents.ts';
import { corrupt } from './errors.ts';

/**
 * Columns of a row for a SELECT, as the bytes of one JSON document, which {@link decodeRows} reads: libSQL ends the process where a text
 * of a damaged file is not UTF-8, and takes its time for every single value. That a column should hold a number is no help, as
 * a damaged file may hold anything.
 *
 * @param columns The columns by the names that the row is to have for them. Numbers that may have a fraction do not go here, as
 *   SQLite would round them: see {@link exact}.
 * @example packed({ rule: 'p.rule', evaluation_checksum: 'e.checksum' })
 */
export function packed(columns: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(columns).map(([name, column]) => `'${name}', ${column}`);
  return `CAST(json_object(${pairs.join(', ')}) AS BLOB) AS ${PACKED}`;
}

/** A column that may hold numbers with a fraction. */
export function exact(name: string, column: string): string {
  return `iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column}) AS ${name}`;
}

/** @example named('p', 'rule', 'key') // { rule: 'p.rule', key: 'p.key' } */
export function named(table: string, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `${table}.${name}`]));
}

const PACKED = 'packed';

/** The rows of a SELECT of {@link packed} and {@link exact} columns. @throws NosError `store-corrupt` for text that is not UTF-8. */
export function decodeRows(path: string, { columns, rows }: ResultSet): readonly Columns[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decodeRow = (row: Row): Columns => {
    const decoded: Record<string, unknown> = {};
    columns.forEach((name, i) => {
      const value = row[i];
      const text = value instanceof ArrayBuffer ? decoder.decode(value) : value;
      if (name === PACKED) Object.assign(decoded, JSON.parse(String(text)));
      else decoded[name] = text;
    });
    return decoded;
  };
  try {
    return rows.map(decodeRow);
  } catch (cause) {
    throw corrupt(path, 'a text in it is not UTF-8', cause);
  }
}
