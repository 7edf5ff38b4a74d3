import { LEVEL } from '../../compare/index.ts';
import { intervalsText, plural, rateText, ruleText, statusText } from '../optimizer-text.ts';
import { markdownTable } from '../page.ts';
import { isApart, powerText, testsOf, testText } from '../power.ts';
import { alone, type Beside, differenceText, percent, points } from '../scores.ts';
import { rankCorrelation } from './rank-correlation.ts';
import type { Row, Table1Data } from './table1.ts';

/** What the table shows here, beside the paper's. */
export function table1Page(data: Table1Data): string {
  const { task, protocol, epochs, seeds, steps, beside } = data;
  const test = testText(beside, 'pairs of a found and a known optimizer');
  const apart = test === '' ? '' : `${test} Told apart: p at most ${LEVEL}.`;
  const how = [apart, intervalsText(seeds.length)].filter((text) => text !== '');
  return `
![Test accuracies at the end with intervals, here and in the paper](table1.svg)

The paper (§5.2): "We note that although Momentum was used and tuned by Zagoruyko & Komodakis (2016), many of our updates outperform that setup.
The margin of improvement is around 1%. Our method is also better than other optimizers, with a margin up to 2%." It trains for 300
epochs, once as far as it says. Here: the task \`${task}\`, ${plural(epochs, 'epoch')}, ${plural(seeds.length, 'seed')}; every optimizer has the same budget, ${steps.toLocaleString('en-GB')} training steps a seed.

## Does it hold?

Read as: test accuracy at the end, less that of the known optimizer with the same seed.
${how.join(' ')}

${claimsTable(data)}

${claims(data)}

${powerText(beside, seeds.length)}

## The table

In per cent, the paper's behind a stroke. Best val: the highest validation accuracy of all epochs; best test: the test accuracy of that epoch.
Protocol \`${protocol}\`: seven learning rates, 10⁻⁵ … 10 in decades, train for an epoch of up to 10,000 examples each, and the best by validation accuracy trains
afresh. The paper reports the best of seven whole trainings: seven times what this costs. It says nothing of a learning-rate schedule, so
there is none.

${resultsTable(data)}

## Found beside known

Points of test accuracy at the end; * told apart.

${besideTable(data)}

## As rules

${data.found.map(({ name, rule }) => `* ${name}: \`${ruleText(rule)}\``).join('\n')}`;
}

function claimsTable({ known, found, beside }: Table1Data): string {
  const rows = known.map((other) => {
    const said = saidOf(beside, other.name);
    const inPaper = found.filter(({ paper }) => paper.finalTest > other.paper.finalTest).length;
    const margin = Math.max(...found.map(({ paper }) => paper.finalTest - other.paper.finalTest));
    const here = said.map(({ difference }) => difference.mean);
    const apart = (sign: number) =>
      said.filter((row) => isApart(row) && sign * row.difference.mean > 0).length;
    return [
      other.name,
      `${inPaper} of ${found.length}`,
      `+${margin.toFixed(1)}`,
      said.length === 0 ? '—' : `${here.filter((mean) => mean > 0).length} of ${said.length}`,
      // Of the one that did best: the interval of a single one would be too narrow for the best of sixteen.
      points(alone(said.length === 0 ? Number.NaN : Math.max(...here))),
      ...[1, -1].map((sign) => (testsOf(said) === 0 ? '—' : String(apart(sign)))),
    ];
  });
  const here = ['here: above it', 'best margin', 'told apart, above', 'told apart, below'];
  return markdownTable(['', 'the paper: above it', 'best margin', ...here], rows);
}

/** The rows against a known optimizer that say anything: both were trained with a seed, and did not fail for outside reasons. */
const saidOf = (beside: readonly Beside[], known: string): readonly Beside[] =>
  beside.filter(({ other, pairs }) => other === known && pairs > 0);

/** In words, from the same figures. */
function claims({ known, found, beside }: Table1Data): string {
  const above = known.map(({ name }) => `* **Many above ${name}: ${verdict(saidOf(beside, name))}.`);
  const rows = [...known, ...found];
  const here = rows.map(({ finalTest }) => finalTest.mean);
  const correlation = rankCorrelation(
    here,
    rows.map(({ paper }) => paper.finalTest),
  );
  const text = differenceText(alone(correlation));
  const lost = here.filter(Number.isNaN).length;
  const without = lost === 0 ? '' : ` Left out, as every training failed for outside reasons: ${lost}.`;
  const order = `* **The order of the twenty**: Spearman's rank correlation with the paper's is ${text} (1: the same order, 0: none of it).${without}`;
  return [...above, order].join('\n');
}

function verdict(said: readonly Beside[]): string {
  if (said.length === 0) return 'cannot be said**';
  const above = said.filter(({ difference }) => difference.mean > 0);
  const holds = above.length > said.length / 2 ? 'holds on the means' : 'does not hold';
  const tested =
    testsOf(said) === 0 ? 'none of them tested' : `${above.filter(isApart).length} of them told apart`;
  return `${holds}**: ${above.length} of ${said.length}, ${tested}`;
}

function resultsTable({ known, found }: Table1Data): string {
  const cell = (row: Row, score: keyof Row['paper']) =>
    `${percent(row[score])} / ${row.paper[score].toFixed(1)}`;
  const rows = [...known, ...found].map((row) => [
    row.name,
    cell(row, 'finalValidation'),
    cell(row, 'finalTest'),
    cell(row, 'bestValidation'),
    cell(row, 'bestTest'),
    row.evaluations.map(rateText).join(', '),
    statusText(row.evaluations),
  ]);
  const head = [
    'optimizer',
    'final val',
    'final test',
    'best val',
    'best test',
    'learning rates, by seed',
    '',
  ];
  return markdownTable(head, rows);
}

function besideTable({ known, found, beside }: Table1Data): string {
  const rows = found.map(({ name }) => [
    name,
    ...known.map((other) => {
      const row = beside.find((one) => one.name === name && one.other === other.name) as Beside;
      return points(row.difference) + (isApart(row) ? ' *' : '');
    }),
  ]);
  return markdownTable(['optimizer', ...known.map(({ name }) => `less ${name}`)], rows);
}
