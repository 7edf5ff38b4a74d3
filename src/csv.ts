import { NosError } from './errors.ts';

/** Comma-separated values with a line of titles, quoted as RFC 4180 says, one line a row, without a last line end; what has no value is empty. */
export function csv<Name extends string>(
  rows: readonly Readonly<Record<Name, unknown>>[],
  columns: readonly Name[],
): string {
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column])));
  return [columns.join(','), ...lines].join('\n');
}

/** One line of them, without its end. */
export const csvLine = (values: readonly unknown[]): string =>
  values.map((value) => field(String(value ?? ''))).join(',');

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record of a file of separated values. */
export interface CsvRecord {
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** A quoted field with what follows its closing quote, or a plain one; then a separator, a line end or the end of the text. */
const fieldPattern = (separator: string): RegExp => {
  const mark = `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"([^${mark}\\r\\n]*)|([^${mark}\\r\\n]*))(${mark}|\\r\\n|\\n|\\r|$)`,
    'y',
  );
};

/**
 * Reads separated values as RFC 4180 writes them: fields in double quotes may hold separators, line ends and doubled quotes. Lines end
 * in LF, CRLF or CR. Empty lines are left out. A quote within a plain field is an ordinary character.
 *
 * @param path What errors call the file.
 * @param separator One character.
 * @throws NosError `bad-text` with the line of a quote that is never closed, or that something follows.
 * @example readCsv('a,b\n1,"2,5"', 'x.csv') // [{ line: 1, fields: ['a', 'b'] }, { line: 2, fields: ['1', '2,5'] }]
 */
export function readCsv(text: string, path: string, separator = ','): readonly CsvRecord[] {
  const pattern = fieldPattern(separator);
  const refuse = (line: number, what: string): never => {
    throw new NosError('bad-text', `${path}:${line}: ${what}`, 'write a quote within quotes twice: ""');
  };
  const records: CsvRecord[] = [];
  let [line, at] = [1, 0];
  while (at < text.length) {
    const fields: string[] = [];
    const begin = line;
    let isEmpty = true;
    for (;;) {
      pattern.lastIndex = at;
      const [whole, quoted, rest, plain = '', end] = pattern.exec(text) as RegExpExecArray;
      if (rest) refuse(line, `${JSON.stringify(rest.slice(0, 20))} follows the end of a quoted field`);
      if (quoted === undefined && plain.startsWith('"')) refuse(line, 'a quote is never closed');
      fields.push(quoted?.replaceAll('""', '"') ?? plain);
      isEmpty &&= whole === end && end !== separator;
      at += whole.length;
      line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
      if (end !== separator) break;
    }
    if (!isEmpty) records.push({ line: begin, fields });
  }
  return records;
}
