/** Tables of `nos table`, compressed. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readCsv } from '../dist/csv.js';

/** The proposals of a table, in their order: a record of texts each, by the names of the columns. */
export function proposalsOf(file) {
  const [titles, ...records] = readCsv(gunzipSync(readFileSync(file)).toString(), String(file));
  return records
    .map(({ fields }) => Object.fromEntries(titles.fields.map((name, i) => [name, fields[i]])))
    .filter(({ role }) => role === 'proposal')
    .sort((a, b) => Number(a.index) - Number(b.index));
}
