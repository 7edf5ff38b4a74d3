import { LEVEL, powerOf } from '../../compare/index.ts';
import { intervalsText, rateText, ruleText, statusText } from '../optimizer-text.ts';
import { markdownTable } from '../page.ts';
import { type Beside, percent, points } from '../scores.ts';
import { rankCorrelation } from './rank-correlation.ts';
import type { Row, Table1Data } from './table1.ts';

/** What the table shows here, beside the paper's. */
export function table1Page(data: Table1Data): string {
  const { task, protocol, epochs, seeds, steps, beside } = data;
  return `
![Test accuracies at the end with intervals, here and in the paper](table1.svg)

The paper (§5.2): "We note that although Momentum was used and tuned by Zagoruyko & Komodakis (2016), many of our updates outperform that setup.
The margin of improvement is around 1%. Our method is also better than other optimizers, with a margin up to 2%." It trains for 300
epochs, once as far as it says. Here: the task \`${task}\`, ${plural(epochs, 'epoch')}, ${plural(seeds.length, 'seed')}; every optimizer has the same budget, ${steps.toLocaleString('en-GB')} training steps a seed.

## Does it hold?

Read as: test accuracy at the end, less that of the known optimizer with the same seed. p is of the paired permutation test, corrected by Holm's
method over all ${beside.length} pairs of a found and a known optimizer; told apart: at most ${LEVEL}. ${intervalsText(seeds.length)}

${claimsTable(data)}

${claims(data)}

${powerText(data)}

## The table

In per cent, the paper's behind a stroke. Best val: the highest validation accuracy of all epochs; best test: the test accuracy of that epoch.
Protocol \`${protocol}\`: seven learning rates, 10⁻⁵ … 10 in decades, train for one epoch of 10,000 examples each, and the best by validation accuracy trains
afresh. The paper reports the best of seven whole trainings: seven times what this costs. It says nothing of a learning-rate schedule, so
there is none.

${resultsTable(data)}

## Found beside known

Points of test accuracy at the end; * told apart.

${besideTable(data)}

## As rules

${data.found.map(({ name, rule }) => `* ${name}: \`${ruleText(rule)}\``).join('\n')}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function claimsTable({ known, found, beside }: Table1Data): string {
  const rows = known.map((other) => {
    const own = beside.filter((row) => row.other === other.name);
    const inPaper = found.filter(({ paper }) => paper.finalTest > other.paper.finalTest).length;
    const higher = own.filter(({ difference }) => difference.mean > 0);
    const best = own.reduce((a, b) => (orLeast(b) > orLeast(a) ? b : a));
    const margin = Math.max(...found.map(({ paper }) => paper.finalTest - other.paper.finalTest));
    return [
      other.name,
      `${inPaper} of ${found.length}`,
      `+${margin.toFixed(1)}`,
      `${higher.length} of ${found.length}`,
      points(best.difference),
      String(own.filter((row) => isApart(row) && row.difference.mean > 0).length),
      String(own.filter((row) => isApart(row) && row.difference.mean < 0).length),
    ];
  });
  const here = ['here: above it', 'best margin', 'told apart, above', 'told apart, below'];
  return markdownTable(['', 'the paper: above it', 'best margin', ...here], rows);
}

const orLeast = ({ difference }: Beside): number =>
  Number.isNaN(difference.mean) ? Number.NEGATIVE_INFINITY : difference.mean;

const isApart = ({ adjusted }: Beside): boolean => adjusted !== null && adjusted <= LEVEL;

/** In words, from the same figures. */
function claims({ known, found, beside }: Table1Data): string {
  const above = known.map(({ name }) => {
    const own = beside.filter(({ other, difference }) => other === name && difference.mean > 0);
    const apart = own.filter(isApart).length;
    const verdict = own.length > found.length / 2 ? 'holds on the means' : 'does not hold';
    return `* **Many above ${name}: ${verdict}**: ${own.length} of ${found.length}, ${apart} of them told apart.`;
  });
  const rows = [...known, ...found];
  const correlation = rankCorrelation(
    rows.map(({ finalTest }) => finalTest.mean),
    rows.map(({ paper }) => paper.finalTest),
  );
  const order = `* **The order of the twenty**: Spearman's rank correlation with the paper's is ${correlation.toFixed(2)} (1: the same order, 0: none of it).`;
  return [...above, order].join('\n');
}

function powerText({ beside, seeds }: Table1Data): string {
  const { smallestAdjusted, seedsNeeded } = powerOf(beside.length, seeds.length);
  if (smallestAdjusted <= LEVEL) return `Corrected, p can fall to ${smallestAdjusted.toPrecision(2)}.`;
  return `With ${plural(seeds.length, 'seed')} no test can tell anything apart: corrected, p is ${smallestAdjusted.toPrecision(2)} at best, and it takes ${seedsNeeded} seeds to fall below 5 %.`;
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
