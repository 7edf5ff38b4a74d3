import { readFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CsvRecord, readCsv } from '../csv.ts';
import { readableText } from '../decode-text.ts';
import { NosError } from '../errors.ts';
import { shorten } from '../names.ts';
import { stream } from '../random/index.ts';
import { arrayDataset } from './arrays.ts';
import type { Dataset } from './dataset.ts';
import { type RegressionDataset, regressionDataset } from './regression.ts';

/** A column by its title, or by its number from 1. */
export type CsvColumn = string | number;

interface CsvSource {
  /** The file: `new URL('houses.csv', import.meta.url)` lies beside the module; a path is taken from the working directory. */
  readonly file: string | URL;
  /** Columns of numbers that the network sees, in this order. Default: all but the ones to be predicted. */
  readonly inputs?: readonly CsvColumn[];
  /** Whether the first line holds titles. Default true. */
  readonly header?: boolean;
  /** What stands between fields, one character. Default `,`. */
  readonly separator?: string;
  /** Shares of the rows that are validated and tested on. Default 0.2 each. */
  readonly split?: { readonly validation?: number; readonly test?: number };
  /** Shuffles the rows before they are split. Default 1. */
  readonly seed?: number;
  /** Brings inputs, and numbers to be predicted, to mean 0 and deviation 1, as measured on the training rows alone. Default true. */
  readonly normalise?: boolean;
}

/** A file for classification. */
export interface CsvClassification extends CsvSource {
  /** The column of the class: each text in it is one, in the order of their code units. */
  readonly label: CsvColumn;
}

/** A file for regression. */
export interface CsvRegression extends CsvSource {
  /** The columns of numbers to be predicted. */
  readonly targets: CsvColumn | readonly CsvColumn[];
}

/**
 * Reads a data set from a file of comma-separated values, UTF-8, quoted as RFC 4180 says. A value that is missing, or is no number
 * where one is expected, is refused.
 *
 * @throws NosError `data-missing` without such a file; `bad-text` with file, line and column for what is wrong in it; `bad-option`
 *   for a column that it does not have.
 * @example
 * const load = () => fromCsv({ file: new URL('flowers.csv', import.meta.url), label: 'species' });
 * @example
 * const load = () => fromCsv({ file: new URL('houses.csv', import.meta.url), targets: 'price', inputs: ['area', 'rooms'] });
 */
export async function fromCsv(options: CsvClassification): Promise<Dataset>;
export async function fromCsv(options: CsvRegression): Promise<RegressionDataset>;
export async function fromCsv(
  options: CsvClassification | CsvRegression,
): Promise<Dataset | RegressionDataset> {
  const { header = true, separator = ',', seed = 1, split = {}, normalise = true } = options;
  const path = pathOf(options.file);
  const records = readCsv(await textOf(path), path, separator);
  const table = tableOf(path, records, header);
  const wanted = 'label' in options ? [options.label] : [options.targets].flat();
  const predicted = wanted.map((column) => columnOf(table, column));
  const others = table.titles.map((_, index) => index).filter((index) => !predicted.includes(index));
  const inputs = options.inputs?.map((column) => columnOf(table, column)) ?? others;
  const both = inputs.find((index) => predicted.includes(index));
  if (both !== undefined) throw refused(table, `column ${table.titles[both]} is both predicted and an input`);
  if (inputs.length === 0 || predicted.length === 0)
    throw refused(table, 'expected inputs and a column to predict');
  const parts = splitRows(table, { validation: 0.2, test: 0.2, ...split }, seed);
  const name = basename(path).replace(/\.[^.]*$/, '');
  const numbers = scaledColumns(table, inputs, parts, normalise);
  const common = { name, inputShape: [inputs.length] };
  if ('label' in options) {
    const { labels, classes } = classesOf(table, predicted[0]!);
    return arrayDataset({
      ...{ ...common, classes },
      ...eachPart(parts, (rows, part) => ({
        inputs: numbers[part],
        labels: rows.map((row) => labels[row]!),
      })),
    });
  }
  const targets = scaledColumns(table, predicted, parts, normalise);
  return regressionDataset({
    ...{ ...common, outputs: predicted.length, targetScales: targets.scales },
    ...eachPart(parts, (_, part) => ({ inputs: numbers[part], targets: targets[part] })),
  });
}

interface Table {
  readonly path: string;
  /** Titles in quotes; numbers if there are none. */
  readonly titles: readonly string[];
  readonly rows: readonly CsvRecord[];
}

function pathOf(file: string | URL): string {
  const path = file instanceof URL || /^file:/i.test(file) ? fileURLToPath(file) : file;
  const within = relative(process.cwd(), path);
  return within === '' || within.startsWith('..') ? path : within;
}

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'no such file' : cause.message;
    const hint = "name one; new URL('data.csv', import.meta.url) is a file beside the module";
    throw new NosError('data-missing', `${path}: ${what}`, hint, { cause });
  });
  return readableText(bytes, path).text;
}

const refused = ({ path }: Pick<Table, 'path'>, what: string): NosError =>
  new NosError('bad-option', `${path}: ${what}`, 'name columns by their titles, or by numbers from 1');

function faulty({ path }: Table, line: number, what: string): NosError {
  return new NosError(
    'bad-text',
    `${path}:${line}: ${what}`,
    'mend the line, or leave the column or the row out',
  );
}

function tableOf(path: string, records: readonly CsvRecord[], header: boolean): Table {
  const [first] = records;
  if (first === undefined)
    throw new NosError('bad-text', `${path}: it is empty`, 'write one line per example');
  const titles = first.fields.map((title, i) => (header ? `'${title.trim()}'` : String(i + 1)));
  const table = { path, titles, rows: header ? records.slice(1) : records };
  const again = titles.find((title, i) => titles.indexOf(title) < i);
  if (again !== undefined) throw faulty(table, first.line, `two columns are called ${again}`);
  for (const { line, fields } of table.rows) {
    if (fields.length === titles.length) continue;
    throw faulty(
      table,
      line,
      `expected ${titles.length} fields as in line ${first.line}, got ${fields.length}`,
    );
  }
  return table;
}

function columnOf(table: Table, column: CsvColumn): number {
  const { titles } = table;
  const found = typeof column === 'number' ? column - 1 : titles.indexOf(`'${column}'`);
  if (titles[found] !== undefined) return found;
  const named = typeof column === 'number' ? column : `'${column}'`;
  throw refused(table, `no column ${named}; it has ${shorten(titles.join(', '))}`);
}

const PARTS = ['train', 'validation', 'test'] as const;
type PartName = (typeof PARTS)[number];
/** The rows of each part. */
type Parts = Readonly<Record<PartName, readonly number[]>>;

const eachPart = <T>(parts: Parts, make: (rows: readonly number[], part: PartName) => T) =>
  Object.fromEntries(PARTS.map((part) => [part, make(parts[part], part)])) as Record<PartName, T>;

/** Shuffles the rows, then cuts them: training rows first, tested ones last. */
function splitRows(
  table: Table,
  { validation, test }: { readonly validation: number; readonly test: number },
  seed: number,
): Parts {
  const rows = stream(seed, 'csv split').permutation(table.rows.length);
  if (!(validation > 0 && test >= 0 && validation + test < 1)) {
    const got = `validation ${validation} and test ${test}`;
    throw refused(table, `split: expected shares of 0 or more with less than 1 in all, got ${got}`);
  }
  const validated = Math.max(1, Math.round(rows.length * validation));
  const tested = Math.round(rows.length * test);
  const trained = rows.length - validated - tested;
  if (trained < 1) throw refused(table, `${rows.length} rows are too few to split`);
  const cut = (from: number, to: number) => Array.from(rows.slice(from, to));
  return {
    train: cut(0, trained),
    validation: cut(trained, trained + validated),
    test: cut(trained + validated, rows.length),
  };
}

type Scaled = Readonly<Record<PartName, Float32Array>> & { readonly scales: readonly number[] };

/** [rows, columns] of each part, normalised by what the training rows have. A column that is constant there keeps its scale. */
function scaledColumns(table: Table, columns: readonly number[], parts: Parts, normalise: boolean): Scaled {
  const numbers = columns.map((column) => numbersOf(table, column));
  const means = numbers.map((column) => (normalise ? meanOf(column, parts.train) : 0));
  const scales = numbers.map((column, i) => (normalise ? deviation(column, parts.train, means[i]!) || 1 : 1));
  const fill = (rows: readonly number[]): Float32Array =>
    Float32Array.from({ length: rows.length * columns.length }, (_, k) => {
      const [row, i] = [rows[Math.floor(k / columns.length)]!, k % columns.length];
      const value = Math.fround((numbers[i]![row]! - means[i]!) / scales[i]!);
      if (Number.isFinite(value)) return value;
      throw tooLarge(table, table.rows[row]!, columns[i]!);
    });
  return { ...eachPart(parts, fill), scales };
}

const meanOf = (column: Float64Array, rows: readonly number[]): number =>
  rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length;

const deviation = (column: Float64Array, rows: readonly number[], center: number): number =>
  Math.sqrt(rows.reduce((sum, row) => sum + (column[row]! - center) ** 2, 0) / rows.length);

/** A number as people and programs write it, a decimal point in it: `-1.5e3`. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numbersOf(table: Table, column: number): Float64Array {
  return Float64Array.from(table.rows, (row) => {
    const text = fieldOf(table, row, column);
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(Math.fround(value))) return value;
    if (!Number.isNaN(value)) throw tooLarge(table, row, column);
    const what = `expected a number, got '${shorten(text)}'`;
    throw faulty(table, row.line, `column ${table.titles[column]}: ${what}`);
  });
}

const tooLarge = (table: Table, { line }: CsvRecord, column: number): NosError =>
  faulty(table, line, `column ${table.titles[column]}: too large a number to train on`);

function classesOf(table: Table, column: number) {
  const texts = table.rows.map((row) => fieldOf(table, row, column));
  const names = [...new Set(texts)].sort();
  if (names.length < 2) {
    const what = `expected 2 classes or more, got ${names.length}`;
    throw new NosError(
      'bad-text',
      `${table.path}: column ${table.titles[column]}: ${what}`,
      'name the column of the class',
    );
  }
  const numbers = new Map(names.map((name, i) => [name, i]));
  return { labels: texts.map((text) => numbers.get(text)!), classes: names.length };
}

function fieldOf(table: Table, { line, fields }: CsvRecord, column: number): string {
  const text = fields[column]!.trim();
  if (text !== '') return text;
  throw faulty(table, line, `column ${table.titles[column]}: a value is missing`);
}
