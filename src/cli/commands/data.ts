import { bytes, type Column, table } from '../../report/index.ts';
import type { Command } from '../command.ts';
import { openDownloadBar } from '../live/progress-bar.ts';

export const dataFetchCommand: Command = {
  name: 'data fetch',
  summary: 'download a data set with a progress bar, and verify it',
  arguments: '<name>',
  options: ['from', 'data'],
  example: 'nos data fetch cifar10',
  stopsGracefully: true,
  async run({ arguments: [name = ''], settings: { from }, places, signal, stderr, underWay }) {
    const { dataSets } = await import('../../data/index.ts');
    const dataSet = dataSets.find(name);
    const progress = await openDownloadBar(name, stderr);
    try {
      const source = await underWay(() =>
        dataSet.fetch({
          directory: places.data,
          onProgress: progress.onProgress,
          signal,
          ...(from !== undefined && { from }),
        }),
      );
      const { state } = await dataSet.status(places.data);
      const how = source === 'present' ? 'was here already' : `fetched from ${source}`;
      return {
        document: { name, source, directory: places.data, state },
        text: `${name}: ${how}; verified, in ${places.data}`,
      };
    } finally {
      progress.close();
    }
  },
};

export const dataListCommand: Command = {
  name: 'data list',
  summary: 'the data sets, and whether they are on this machine',
  options: ['data'],
  example: 'nos data list',
  async run({ places, call, stdout }) {
    const { dataSets } = await import('../../data/index.ts');
    const rows = await Promise.all(
      dataSets.entries.map(async ({ name, title, source, licence, bytes: size, status }) => ({
        name,
        title,
        source,
        licence,
        bytes: size,
        ...(await status(places.data)),
      })),
    );
    const missing = rows.filter((row) => row.state !== 'present');
    const lines = [
      table(rows, columns(stdout.colours.bold), stdout.columns),
      `directory: ${places.data}`,
      ...missing.map((row) => `get it: ${call(`nos data fetch ${row.name}`)}`),
    ];
    return { document: { directory: places.data, dataSets: rows }, text: lines.join('\n') };
  },
};

interface Row {
  readonly name: string;
  readonly title: string;
  readonly bytes: number | null;
  readonly state: string;
}

function columns(bold: (text: string) => string): readonly Column<Row>[] {
  return [
    { title: 'data set', cell: (row) => row.name, paint: bold },
    { title: 'state', cell: (row) => row.state },
    { title: 'size', cell: (row) => sizeText(row.bytes), align: 'right' },
    { title: 'what', cell: (row) => row.title, flexible: true },
  ];
}

function sizeText(size: number | null): string {
  if (size === null) return 'unknown';
  return size === 0 ? 'bundled' : bytes(size);
}
