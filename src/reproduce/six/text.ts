import { plural, rateText, ruleText, statusText } from '../optimizer-text.ts';
import { markdownTable } from '../page.ts';
import { isApart } from '../power.ts';
import { alone, type Beside, percent, points } from '../scores.ts';
import type { SixData } from './six.ts';

/** Each found optimizer against each known one. @param paper What the paper has of a row. */
export function besideTable({ beside }: SixData, paper: (row: Beside) => string): string {
  const rows = beside.map((row) => [
    `${row.name} against ${row.other}`,
    paper(row),
    points(row.difference),
    `${row.higher} of ${row.pairs}`,
    row.adjusted === null ? '—' : row.adjusted.toPrecision(2),
  ]);
  return markdownTable(['', 'the paper', 'points here', 'higher with seeds', 'p, corrected'], rows);
}

/** Whether one is above another, in words: `over Adam holds on the mean (+0.60 points, …)`. */
export function verdictText(row: Beside): string {
  const { other, difference, higher, pairs } = row;
  const by = `${points(alone(difference.mean))} points`;
  if (Number.isNaN(difference.mean)) return `over ${other} cannot be said`;
  if (!(difference.mean > 0)) return `over ${other} does not hold (${by})`;
  const sure = row.p === null ? 'not tested' : `${isApart(row) ? '' : 'not '}told apart by the test`;
  const seeds = higher === pairs ? 'with every seed' : `with ${higher} of ${pairs} seeds`;
  return `over ${other} holds on the mean (${by}, ${seeds}, ${sure})`;
}

/** How all six trained. */
export function sixText(data: SixData): string {
  const { protocol, epochs } = data;
  return `Protocol \`${protocol}\`: seven learning rates, 10⁻⁵ … 10 in decades, train for an epoch of up to 10,000 examples each; the best by validation accuracy trains
afresh for ${plural(epochs, 'epoch')} of all training examples. Test accuracy chooses nothing.`;
}

export function optimizersTable({ optimizers }: SixData): string {
  const rows = optimizers.map(({ name, rule, evaluations, finalTest, bestTest, finalLoss }) => [
    name,
    `\`${ruleText(rule)}\``,
    evaluations.map(rateText).join(', '),
    percent(finalTest),
    percent(bestTest),
    Number.isNaN(finalLoss.mean) ? '—' : finalLoss.mean.toFixed(3),
    statusText(evaluations),
  ]);
  const head = ['', 'rule', 'learning rates, by seed', 'test accuracy, %', 'best, %', 'training loss', ''];
  return markdownTable(head, rows);
}
