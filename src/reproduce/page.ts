import { readFileSync } from 'node:fs';
import { markdownTable as table } from 'markdown-table';
import { packageFolder } from '../package-folder.ts';
import { plural } from '../report/index.ts';
import type { Experiment, ExperimentFindings } from './experiment.ts';
import { type Addition, DATA, type Provenance } from './provenance.ts';

const PAGES = new URL('assets/pages/', packageFolder);

/**
 * Fills the template `assets/pages/NAME.md`, in which `{{key}}` stands for a value.
 *
 * @throws RangeError if the template and the values do not have the same keys.
 */
export function fillPage(name: string, values: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(values));
  const page = readFileSync(new URL(`${name}.md`, PAGES), 'utf8').replace(
    /\{\{(\w+)\}\}/g,
    (_, key: string) => {
      const value = values[key];
      if (value === undefined) throw new RangeError(`page ${name}: no value for {{${key}}}`);
      unused.delete(key);
      return value;
    },
  );
  if (unused.size > 0) throw new RangeError(`page ${name}: nothing shows ${[...unused].join(', ')}`);
  return page.replace(/ +$/gm, '').trim();
}

/** Writes a table of Markdown with aligned columns, so that it reads on a terminal too. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar would end a cell.
  const cells = [titles, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  return table(cells, { stringLength: (text) => [...text].length });
}

/** Writes the page of an experiment: `README.md` of its folder. */
export function experimentPage(
  { title }: Experiment,
  findings: ExperimentFindings,
  made: Provenance,
): string {
  const { command, trainedBy, scale, version, fingerprint, machine, date, added = [] } = made;
  const rows = [
    ['command', `\`${command}\``],
    ...(trainedBy === undefined ? [] : [['trained by', `\`${trainedBy}\``]]),
    ['scale', String(scale)],
    ['seeds', findings.seeds],
    ['version', version],
    ['fingerprint', `\`${fingerprint}\``],
    ['machine', machine],
    ['date', date],
    ['time', timeText(made, findings)],
    ...added.flatMap(addedRows),
  ];
  const files = [...Object.keys(findings.files), DATA].map((name) => `[${name}](${name})`);
  return [
    `# ${title}`,
    withPictures(findings).trim(),
    '## How this was made',
    markdownTable(['', ''], rows),
    `Files: ${files.join(', ')}.`,
    '',
  ].join('\n\n');
}

/** The page without pictures that do not exist: if every training diverged, there is nothing to draw. */
const withPictures = ({ page, files }: ExperimentFindings): string =>
  page.replace(/^!\[[^\]]*\]\(([^)]+)\)\n*/gm, (image, file: string) => (file in files ? image : ''));

function timeText(
  { seconds = Number.NaN, trained, added = [] }: Provenance,
  { data }: ExperimentFindings,
): string {
  if (trained === undefined) return `${seconds.toFixed(1)} s from start to end, on one core`;
  const all = added.reduce((sum, { count }) => sum + count, trained.count);
  const shown = Array.isArray(data.evaluations) ? data.evaluations.length : all;
  const share = shown === all ? '' : `; ${shown} of them are shown here`;
  return hoursText(trained.seconds, trained.count) + share;
}

const hoursText = (seconds: number, count: number): string =>
  `${(seconds / 3_600).toFixed(2)} core-hours: the wall-clock time of ${plural(count, 'evaluation')}, each on one core, added up`;

const addedRows = ({ date, commands, count, seconds, note }: Addition) => [
  [`added ${date}`, hoursText(seconds, count) + (note === undefined ? '' : `, ${note}`)],
  ...commands.map((command) => ['by', `\`${command}\``]),
];
