import type { Experiment, Findings } from './experiment.ts';
import { plural } from './optimizer-text.ts';
import { type Addition, DATA, type Provenance } from './provenance.ts';

/** The page of an experiment, as Markdown: `README.md` of its folder. */
export function experimentPage({ title }: Experiment, findings: Findings, made: Provenance): string {
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

/** Its page, without what would show a picture that is not there: where every training diverged there is nothing to draw. */
const withPictures = ({ page, files }: Findings): string =>
  page.replace(/^!\[[^\]]*\]\(([^)]+)\)\n*/gm, (image, file: string) => (file in files ? image : ''));

function timeText({ seconds = Number.NaN, trained, added = [] }: Provenance, { data }: Findings): string {
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

/** A table of Markdown whose columns are aligned, so that it reads on a terminal too. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar would end a cell.
  const [titles = [], ...cells] = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|')),
  );
  const width = (i: number) => Math.max(...[titles, ...cells].map((row) => [...(row[i] ?? '')].length), 3);
  const widths = head.map((_, i) => width(i));
  const line = (row: readonly string[]) =>
    `| ${widths.map((wide, i) => (row[i] ?? '') + ' '.repeat(wide - [...(row[i] ?? '')].length)).join(' | ')} |`;
  const rule = `| ${widths.map((wide) => '-'.repeat(wide)).join(' | ')} |`;
  return [line(titles), rule, ...cells.map(line)].join('\n');
}
