import * as z from 'zod';
import { dataSets } from '../../data/index.ts';
import * as f from '../../fields.ts';
import { bytes, type Column, strong, table } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { dataOption } from '../options.ts';

const dataSet = z.strictObject({
  name: f.text('name of the data set'),
  title: f.text('what it is, in a line'),
  source: f.text('where it comes from'),
  licence: f.text('its licence'),
  bytes: f
    .number('size of the download in bytes: 0 if it comes with the package, null if it is not known')
    .nullable(),
  state: f.oneOf(['present', 'missing', 'corrupt'], 'whether it is on this machine'),
  detail: f.text('where it is, or what is damaged').exactOptional(),
});

const document = z.strictObject({
  directory: f.text('path of the data'),
  dataSets: f.list(dataSet, 'the data sets'),
});

export const command = defineCommand({
  documents: { 'data list': document },
  options: dataOption,
  example: 'nos data list',
  async run({ places, call, stdout }) {
    const rows = await Promise.all(
      dataSets.entries.map(async ({ name, title, source, licence, bytes: size, status }) => ({
        ...{ name, title, source, licence, bytes: size },
        ...(await status(places.data)),
      })),
    );
    const missing = rows.filter((row) => row.state !== 'present');
    const lines = [
      table(rows, COLUMNS, stdout),
      `directory: ${places.data}`,
      ...missing.map((row) => `get it: ${call(`nos data fetch ${row.name}`)}`),
    ];
    return { document: { directory: places.data, dataSets: rows }, text: lines.join('\n') };
  },
});

const COLUMNS: readonly Column<f.DataOf<typeof dataSet>>[] = [
  { title: 'data set', cell: (row) => row.name, paint: strong },
  { title: 'state', cell: (row) => row.state },
  { title: 'size', cell: (row) => sizeText(row.bytes), align: 'right' },
  { title: 'what', cell: (row) => row.title, flexible: true },
];

function sizeText(size: number | null): string {
  if (size === null) return 'unknown';
  return size === 0 ? 'bundled' : bytes(size);
}
