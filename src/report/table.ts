import { truncate } from './format.ts';
import type { Colours, Terminal } from './terminal.ts';

/** Colours the text of a cell. */
export type Paint<Row> = (text: string, row: Row, colours: Colours) => string;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Whether this column is cut if the table is wider than the terminal; one per table. */
  readonly flexible?: boolean;
  /** Whether this column is left out if the table is still too wide, the last such column first. */
  readonly spare?: boolean;
  /** Colours the cell once it is padded, so that escape codes do not count as width. */
  readonly paint?: Paint<Row>;
}

/** Paints what a row is known by. */
export const strong: Paint<unknown> = (text, _, colours) => colours.bold(text);

const GAP = '  ';
const NARROWEST = 12;

/** Writes aligned columns under one line of titles, no wider than the terminal if there is a flexible column. */
export function table<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { columns: width, colours }: Pick<Terminal, 'columns' | 'colours'>,
): string {
  const columns = fitting(rows, all, width);
  const shown = columns.map((column) => rows.map((row) => column.cell(row)));
  const widths = widthsWithin(
    columns.map((column, i) => Math.max(...[column.title, ...(shown[i] ?? [])].map(displayWidth))),
    columns.findIndex((column) => column.flexible),
    width,
  );
  const line = (cell: (column: Column<Row>, index: number) => string) =>
    columns.map(cell).join(GAP).trimEnd();
  const header = line((column, i) => pad(column.title, widths[i] as number, column.align));
  const body = rows.map((row, r) =>
    line((column, i) => {
      const text = pad(shown[i]?.[r] ?? '', widths[i] as number, column.align);
      return column.paint?.(text, row, colours) ?? text;
    }),
  );
  return [header, ...body].join('\n');
}

/** Leaves out as many spare columns as necessary. */
function fitting<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): readonly Column<Row>[] {
  const spare = columns.findLastIndex((column) => column.spare);
  if (spare < 0 || leastWidth(rows, columns) <= width) return columns;
  return fitting(
    rows,
    columns.filter((_, i) => i !== spare),
    width,
  );
}

/** Returns the width of a table whose flexible column is cut to `narrowest` columns. */
export function leastWidth<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  narrowest = NARROWEST,
): number {
  const widths = columns.map(({ title, cell, flexible }) => {
    const natural = Math.max(...[title, ...rows.map(cell)].map(displayWidth));
    return flexible ? Math.min(natural, narrowest) : natural;
  });
  return total(widths);
}

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.length - 1);

/** A value of {@link pairs}: a text, broken at spaces, or a list, broken between its items. */
type Value = string | readonly string[];

/** Writes names with their values in two columns; a value that is too wide continues below. */
export function pairs(rows: readonly (readonly [string, Value])[], width: number): string {
  const widest = Math.max(...rows.map(([name]) => displayWidth(name)));
  const room = Math.max(width - widest - GAP.length, NARROWEST);
  const lines = ([name, value]: readonly [string, Value]) =>
    wrap(value, room).map((line, i) => `${pad(i === 0 ? name : '', widest)}${GAP}${line}`.trimEnd());
  return rows.flatMap(lines).join('\n');
}

/** Breaks a value into lines of at most `width` columns; a longer word or item stands alone. */
function wrap(value: Value, width: number): readonly string[] {
  const [words, gap] = typeof value === 'string' ? [value.split(' '), ' '] : [value, GAP];
  const lines: string[] = [];
  for (const word of words) {
    const longer = lines.length === 0 ? word : lines.at(-1) + gap + word;
    if (lines.length === 0 || displayWidth(longer) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function widthsWithin(natural: readonly number[], flexible: number, width: number): readonly number[] {
  const excess = total(natural) - width;
  if (flexible < 0 || excess <= 0) return natural;
  return natural.map((w, i) => (i === flexible ? Math.max(w - excess, Math.min(NARROWEST, w)) : w));
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const space = ' '.repeat(width - displayWidth(cut));
  return align === 'right' ? space + cut : cut + space;
}

/** Returns the width of a text: every code point that is printed takes one column. */
function displayWidth(text: string): number {
  return [...text].length;
}
