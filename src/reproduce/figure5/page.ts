import { intervalsText, plural } from '../optimizer-text.ts';
import { powerText, testText } from '../power.ts';
import type { SixData } from '../six/six.ts';
import { besideTable, optimizersTable, sixText, verdictText } from '../six/text.ts';

/** How much the paper has the found optimizers outperform each of the others. */
const CLAIMS: Readonly<Record<string, string>> = {
  Momentum: 'slightly',
  SGD: 'slightly',
  RMSProp: 'greatly',
  Adam: 'greatly',
};

/** What the figure shows here, beside what the paper says of it. */
export function figure5Page(data: SixData): string {
  const { task, epochs, seeds, beside } = data;
  const how = [testText(beside, 'rows'), intervalsText(seeds.length)].filter((text) => text !== '');
  return `
![Two panels: test accuracy over the epochs, of Adam, Momentum, RMSProp and SGD beside Optimizer 1 and Optimizer 2](figure5.svg)

The paper (§4.3): "The plots in Figure 5 show the results of two of our best optimizers being run for 300 epochs on the full CIFAR10 dataset.
From the plots we observe that our optimizers slightly outperform Momentum and SGD, while greatly outperforming RMSProp and Adam."
Here: ${plural(epochs, 'epoch')} of the task \`${task}\`, ${plural(seeds.length, 'seed')}.

## Does it hold?

Read as: test accuracy at the end, less that of the other with the same seed, in points. "Slightly" and "greatly" have no size in the paper.
${how.join(' ')}

${besideTable(data, ({ other }) => `${CLAIMS[other]} higher`)}

${verdicts(data)}

${powerText(beside, seeds.length)}

## The six optimizers

${sixText(data)} The paper does not say how the learning rates of this figure
were chosen: this is how its search chooses them (§4.2). Best: test accuracy at the epoch of the highest validation accuracy.

${optimizersTable(data)}

![Two panels: training loss over the epochs, likewise](loss.svg)`;
}

/** In words, from the same figures. */
function verdicts({ beside }: SixData): string {
  const names = [...new Set(beside.map(({ name }) => name))];
  const lines = names.flatMap((name) => {
    const own = beside.filter((row) => row.name === name);
    return ['slightly', 'greatly'].map((much) => {
      const rows = own.filter(({ other }) => CLAIMS[other] === much);
      return `* **${name}, ${much} above ${rows.map(({ other }) => other).join(' and ')}**: ${rows.map(verdictText).join('; ')}.`;
    });
  });
  return lines.join('\n');
}
