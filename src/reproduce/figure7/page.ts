import { intervalsText, plural } from '../optimizer-text.ts';
import { powerText, testText } from '../power.ts';
import { alone, type Beside, points } from '../scores.ts';
import { SIX, type SixData } from '../six/six.ts';
import { besideTable, optimizersTable, sixText, verdictText } from '../six/text.ts';
import { FOUND, KNOWN, type TableRow } from '../table1/optimizers.ts';
import { keyOf } from '../trainings.ts';

/** What the figure shows here, beside what the paper says of it. */
export function figure7Page(data: SixData): string {
  const { task, epochs, seeds, beside } = data;
  const how = [testText(beside, 'rows'), intervalsText(seeds.length)].filter((text) => text !== '');
  return `
![Two panels: test accuracy over the epochs, of Adam, Momentum, RMSProp and SGD beside Optimizer 1 and Optimizer 2](figure7.svg)

The paper (§5.2): "Figure 7 shows the comparison between SGD, Adam, RMSProp, Momentum and two of the top candidate optimizers. The plots reveal
that these two optimizers outperform the other optimizers by a size-able margin on a competitive CIFAR-10 model." It trains for 300 epochs.
Here: ${plural(epochs, 'epoch')} of the task \`${task}\`, ${plural(seeds.length, 'seed')}. These trainings are among those of Table 1.

## Does it hold?

Read as: test accuracy at the end, less that of the other with the same seed, in points. "Size-able" has no size in the paper; the points of the
paper are those of its Table 1.
${how.join(' ')}

${besideTable(data, paperText)}

${verdicts(data)}

${powerText(beside, seeds.length)}

## The six optimizers

${sixText(data)} The paper reports the best of seven whole trainings.
Best: test accuracy at the epoch of the highest validation accuracy.

${optimizersTable(data)}

![Two panels: training loss over the epochs, likewise](loss.svg)`;
}

/** The difference of the two in the paper's Table 1. */
const paperText = ({ name, other }: Beside): string =>
  points(alone((inPaper(name).finalTest - inPaper(other).finalTest) / 100));

/** The row of Table 1 that trains the rule of an optimizer of this name. */
function inPaper(name: string): TableRow {
  const key = keyOf(SIX.find((one) => one.name === name)?.rule ?? '');
  return [...KNOWN, ...FOUND].find(({ rule }) => keyOf(rule) === key) as TableRow;
}

/** In words, from the same figures. */
function verdicts({ beside }: SixData): string {
  const names = [...new Set(beside.map(({ name }) => name))];
  const lines = names.map((name) => {
    const own = beside.filter((row) => row.name === name);
    return `* **${name}, above all four: ${wholeVerdict(own)}**: ${own.map(verdictText).join('; ')}.`;
  });
  return lines.join('\n');
}

/** A row says something where both were trained with a seed, and did not fail for outside reasons. */
function wholeVerdict(rows: readonly Beside[]): string {
  const said = rows.filter(({ difference }) => !Number.isNaN(difference.mean));
  const above = said.filter(({ difference }) => difference.mean > 0).length;
  if (above < said.length) return 'does not hold';
  return said.length < rows.length ? 'cannot be said' : 'holds on the means';
}
