import { basename } from 'node:path';
import * as z from 'zod';
import { NosError } from '../../errors.ts';
import * as f from '../../fields.ts';
import { bytes, plural, thousands } from '../../report/index.ts';
import { readRun, type StoredRun, tableColumns, tableLines, withoutFolder } from '../../run/index.ts';
import { writeWhole } from '../../write-whole.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { outputPath, storeOption } from '../options.ts';

const column = z.strictObject({ name: f.text('name of the column'), description: f.text('what it holds') });

const document = z.strictObject({
  runs: f.texts('names of the runs'),
  file: f.text('path of the table'),
  dictionary: f.text('path of the page that describes its columns'),
  rows: f.count('evaluations in the table'),
  bytes: f.count('bytes of the table'),
  columns: f.list(column, 'the columns, in their order'),
});

export const command = defineCommand({
  documents: { table: document },
  arguments: '<run...>',
  options: {
    output: outputPath(
      'the table to write, as .csv.gz or .csv; its dictionary goes beside it, as .md',
    ).default('evaluations.csv.gz'),
    ...storeOption,
  },
  example: 'nos table quick-1\nnos table rl-1 random-1 -o evaluations.csv.gz',
  stopsGracefully: true,
  async run({ arguments: names, settings: { output: file }, places, signal, underWay, stdout }) {
    const runs = [...new Set(names)];
    const ending = /\.csv(\.gz)?$/.exec(file);
    if (ending === null) {
      throw new NosError(
        'bad-option',
        '--output: a table is written as .csv.gz or .csv',
        'give the file one of these endings',
      );
    }
    const dictionary = file.replace(ending[0], '.md');
    const columns = tableColumns.map(({ name, description }) => ({ name, description }));
    return withStore(places, async (store) => {
      const records: StoredRun[] = [];
      for (const run of runs) records.push(await readRun(store, run));
      let rows = -1;
      async function* counted(): AsyncGenerator<string> {
        for await (const line of tableLines(store, runs)) {
          rows++;
          yield line;
        }
      }
      const size = await underWay(() =>
        writeWhole(file, counted(), { compressed: ending[1] !== undefined, signal }),
      );
      const page = dictionaryPage(basename(file), rows, records);
      await writeWhole(dictionary, once(page), { compressed: false });
      const text = `wrote ${file}: ${plural(rows, 'evaluation')} of ${plural(runs.length, 'run')}, ${bytes(size)}\n${stdout.colours.dim(`its columns: ${dictionary}`)}`;
      return { document: { runs, file, dictionary, rows, bytes: size, columns }, text };
    });
  },
});

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

/** Says how to load the table, whose it is, and what its columns hold. */
function dictionaryPage(file: string, rows: number, runs: readonly StoredRun[]): string {
  const ofRuns = runs.map(
    ({ name, config, told, version, fingerprint }) =>
      `| ${cell(name)} | ${cell(withoutFolder(config.strategy.name))} | ${cell(config.space.name)} | ${cell(withoutFolder(config.task))} | ${config.protocol} | ${config.seed} | ${thousands(told)} | ${version} | \`${fingerprint}\` |`,
  );
  const ofColumns = tableColumns.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`);
  return [
    `# ${file}`,
    '',
    `${thousands(rows)} evaluations, one per line: of every run its reference rules, its proposals, and its tests with fresh seeds. In pandas:`,
    '',
    `    pandas.read_csv('${file}')`,
    '',
    'Lines end in LF, fields are quoted as RFC 4180 says, an empty field has no value, and numbers that are not finite are `NaN`, `inf` and `-inf`.',
    '',
    '| run | strategy | space | task | protocol | seed | rules | version | fingerprint |',
    '|---|---|---|---|---|---|---|---|---|',
    ...ofRuns,
    '',
    '| column | holds |',
    '|---|---|',
    ...ofColumns,
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
