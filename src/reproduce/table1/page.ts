import { LEVEL } from '../../compare/index.ts';
import { plural, thousands } from '../../report/index.ts';
import { rankCorrelation } from '../../statistics/index.ts';
import { fillPage, markdownTable } from '../page.ts';
import type { PairedComparison } from '../scores.ts';
import {
  alone,
  differenceText,
  isToldApart,
  pageTexts,
  percent,
  points,
  ratesText,
  ruleText,
  statusText,
  testsOf,
  trainingText,
} from '../text.ts';
import type { Table1Data, Table1Row } from './table1.ts';

/** Writes the page with the table and that of the paper. */
export function table1Page(data: Table1Data): string {
  const { task, protocol, epochs, steps, found, beside } = data;
  const apart = ` Told apart: p at most ${LEVEL}.`;
  return fillPage('table1', {
    task,
    ...pageTexts(data, beside, 'pairs of a found and a known optimizer', apart),
    steps: thousands(steps),
    claims: claimsTable(data),
    verdicts: verdicts(data),
    training: trainingText(protocol, plural(epochs, 'epoch')),
    results: resultsTable(data),
    comparisons: comparisonsTable(data),
    rules: found.map(({ name, rule }) => `* ${name}: \`${ruleText(rule)}\``).join('\n'),
  });
}

function claimsTable({ known, found, beside }: Table1Data): string {
  const rows = known.map((other) => {
    const scored = scoredAgainst(other.name, beside);
    const inPaper = found.filter(({ paper }) => paper.finalTest > other.paper.finalTest).length;
    const margin = Math.max(...found.map(({ paper }) => paper.finalTest - other.paper.finalTest));
    const here = scored.map(({ difference }) => difference.mean);
    const apart = (sign: number) =>
      scored.filter((row) => isToldApart(row) && sign * row.difference.mean > 0).length;
    return [
      other.name,
      `${inPaper} of ${found.length}`,
      `+${margin.toFixed(1)}`,
      scored.length === 0 ? '—' : `${here.filter((mean) => mean > 0).length} of ${scored.length}`,
      // The interval of a single one would be too narrow for the best of sixteen.
      points(alone(scored.length === 0 ? Number.NaN : Math.max(...here))),
      ...[1, -1].map((sign) => (testsOf(scored) === 0 ? '—' : String(apart(sign)))),
    ];
  });
  const here = ['here: above it', 'best margin', 'told apart, above', 'told apart, below'];
  return markdownTable(['', 'the paper: above it', 'best margin', ...here], rows);
}

/** Returns the comparisons with a known optimizer in which both were trained with a seed and did not fail for outside reasons. */
const scoredAgainst = (known: string, rows: readonly PairedComparison[]): readonly PairedComparison[] =>
  rows.filter(({ other, pairs }) => other === known && pairs > 0);

function verdicts({ known, found, beside }: Table1Data): string {
  const above = known.map(
    ({ name }) => `* **Many above ${name}: ${verdictText(scoredAgainst(name, beside))}.`,
  );
  const rows = [...known, ...found];
  const here = rows.map(({ finalTest }) => finalTest.mean);
  const inPaper = rows.map(({ paper }) => paper.finalTest);
  const text = differenceText(alone(rankCorrelation(here, inPaper)));
  const lost = here.filter(Number.isNaN).length;
  const without = lost === 0 ? '' : ` Left out, as every training failed for outside reasons: ${lost}.`;
  const order = `* **The order of the twenty**: Spearman's rank correlation with the paper's is ${text} (1: the same order, 0: none of it).${without}`;
  return [...above, order].join('\n');
}

function verdictText(scored: readonly PairedComparison[]): string {
  if (scored.length === 0) return 'cannot be said**';
  const above = scored.filter(({ difference }) => difference.mean > 0);
  const holds = above.length > scored.length / 2 ? 'holds on the means' : 'does not hold';
  const tested =
    testsOf(scored) === 0 ? 'none of them tested' : `${above.filter(isToldApart).length} of them told apart`;
  return `${holds}**: ${above.length} of ${scored.length}, ${tested}`;
}

function resultsTable({ known, found }: Table1Data): string {
  const scores = ['finalValidation', 'finalTest', 'bestValidation', 'bestTest'] as const;
  const rows = [...known, ...found].map((row: Table1Row) => [
    row.name,
    ...scores.map((score) => `${percent(row[score])} / ${row.paper[score].toFixed(1)}`),
    ratesText(row.evaluations),
    statusText(row.evaluations),
  ]);
  const titles = ['final val', 'final test', 'best val', 'best test'];
  return markdownTable(['optimizer', ...titles, 'learning rates, by seed', ''], rows);
}

function comparisonsTable({ known, found, beside }: Table1Data): string {
  const rows = found.map(({ name }) => [
    name,
    ...known.map((other) => {
      const row = beside.find((one) => one.name === name && one.other === other.name)!;
      return points(row.difference) + (isToldApart(row) ? ' *' : '');
    }),
  ]);
  return markdownTable(['optimizer', ...known.map(({ name }) => `minus ${name}`)], rows);
}
