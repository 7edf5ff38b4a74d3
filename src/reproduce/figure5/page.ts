import { intervalsText, plural, rateText, ruleText, statusText } from '../optimizer-text.ts';
import { markdownTable } from '../page.ts';
import { isApart, powerText, testText } from '../power.ts';
import { alone, type Beside, percent, points } from '../scores.ts';
import type { Figure5Data } from './figure5.ts';

/** How much the paper has the found optimizers outperform each of the others. */
const CLAIMS: Readonly<Record<string, string>> = {
  Momentum: 'slightly',
  SGD: 'slightly',
  RMSProp: 'greatly',
  Adam: 'greatly',
};

/** What the figure shows here, beside what the paper says of it. */
export function figure5Page(data: Figure5Data): string {
  const { task, protocol, epochs, seeds, beside } = data;
  const how = [testText(beside, 'rows'), intervalsText(seeds.length)].filter((text) => text !== '');
  return `
![Two panels: test accuracy over the epochs, of Adam, Momentum, RMSProp and SGD beside Optimizer 1 and Optimizer 2](figure5.svg)

The paper (§4.3): "The plots in Figure 5 show the results of two of our best optimizers being run for 300 epochs on the full CIFAR10 dataset.
From the plots we observe that our optimizers slightly outperform Momentum and SGD, while greatly outperforming RMSProp and Adam."
Here: ${plural(epochs, 'epoch')} of the task \`${task}\`, ${plural(seeds.length, 'seed')}.

## Does it hold?

Read as: test accuracy at the end, less that of the other with the same seed, in points. "Slightly" and "greatly" have no size in the paper.
${how.join(' ')}

${besideTable(data)}

${verdicts(data)}

${powerText(beside, seeds.length)}

## The six optimizers

Protocol \`${protocol}\`: seven learning rates, 10⁻⁵ … 10 in decades, train for an epoch of up to 10,000 examples each; the best by validation accuracy trains
afresh for ${plural(epochs, 'epoch')} of all training examples. Test accuracy chooses nothing. The paper does not say how the learning rates of this figure
were chosen: this is how its search chooses them (§4.2). Best: test accuracy at the epoch of the highest validation accuracy.

${optimizersTable(data)}

![Two panels: training loss over the epochs, likewise](loss.svg)`;
}

function besideTable({ beside }: Figure5Data): string {
  const rows = beside.map(({ name, other, difference, higher, pairs, adjusted }) => [
    `${name} against ${other}`,
    `${CLAIMS[other]} higher`,
    points(difference),
    `${higher} of ${pairs}`,
    adjusted === null ? '—' : adjusted.toPrecision(2),
  ]);
  return markdownTable(['', 'the paper', 'points here', 'higher with seeds', 'p, corrected'], rows);
}

/** In words, from the same figures. */
function verdicts({ beside }: Figure5Data): string {
  const names = [...new Set(beside.map(({ name }) => name))];
  const lines = names.flatMap((name) => {
    const own = beside.filter((row) => row.name === name);
    return ['slightly', 'greatly'].map((much) => {
      const rows = own.filter(({ other }) => CLAIMS[other] === much);
      return `* **${name}, ${much} above ${rows.map(({ other }) => other).join(' and ')}**: ${rows.map(verdict).join('; ')}.`;
    });
  });
  return lines.join('\n');
}

function verdict(row: Beside): string {
  const { other, difference, higher, pairs } = row;
  const by = `${points(alone(difference.mean))} points`;
  if (Number.isNaN(difference.mean)) return `over ${other} cannot be said`;
  if (!(difference.mean > 0)) return `over ${other} does not hold (${by})`;
  const sure = row.p === null ? 'not tested' : `${isApart(row) ? '' : 'not '}told apart by the test`;
  const seeds = higher === pairs ? 'with every seed' : `with ${higher} of ${pairs} seeds`;
  return `over ${other} holds on the mean (${by}, ${seeds}, ${sure})`;
}

function optimizersTable({ optimizers }: Figure5Data): string {
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
