import type { Experiment, Findings } from './experiment.ts';

/** How findings came about. */
export interface Provenance {
  /** As a user would type it. */
  readonly command: string;
  readonly scale: number;
  readonly version: string;
  readonly fingerprint: string;
  /** The processor. */
  readonly machine: string;
  /** ISO 8601, the day. */
  readonly date: string;
  /** From start to end. */
  readonly seconds: number;
  /** Of evaluations, whenever they were made, and how many there were. */
  readonly trained?: { readonly count: number; readonly seconds: number };
}

/** The page of an experiment, as Markdown: `README.md` of its folder. */
export function experimentPage({ title }: Experiment, findings: Findings, how: Provenance): string {
  const { command, scale, version, fingerprint, machine, date } = how;
  const rows = [
    ['command', `\`${command}\``],
    ['scale', String(scale)],
    ['seeds', findings.seeds],
    ['version', version],
    ['fingerprint', `\`${fingerprint}\``],
    ['machine', machine],
    ['date', date],
    ['time', timeText(how)],
  ];
  const files = Object.keys(findings.files).map((name) => `[${name}](${name})`);
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

function timeText({ seconds, trained }: Provenance): string {
  if (trained === undefined) return `${seconds.toFixed(1)} s from start to end, on one core`;
  const hours = (trained.seconds / 3_600).toFixed(2);
  return `${hours} core-hours: the wall-clock time of ${trained.count} evaluations, each on one core, added up`;
}

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
