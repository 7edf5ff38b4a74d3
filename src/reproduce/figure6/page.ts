import { endingOf, stepsWithin, type TestFunction } from '../../functions/index.ts';
import { markdownTable } from '../page.ts';
import type { Descended } from './descend.ts';
import type { Figure6Data } from './figure6.ts';
import { FOUND, MATCHED, OUTPERFORMED } from './optimizers.ts';
import { type Comparison, compareWith, excessOf, FLOAT32_FLOOR } from './verdict.ts';

/** What the figure shows here, beside what the paper says of it. */
export function figure6Page(data: Figure6Data, testFunction: TestFunction): string {
  const { steps, paper, fine, starts } = data;
  const [x, y] = testFunction.start;
  return `
![Five panels: the path of each optimizer over the contours of Rosenbrock's function](figure6.svg)

The paper (§5.1): "each optimizer is run for 4000 iterations with 4 different learning rates on a logarithmic scale and … the best
performance is plotted. The update rule we test is the intuitive g·e^(sign(g)·sign(m)). The results in Figure 6 show that our optimizer
outperforms Adam, RMSProp, SGD, and is close to matching the performance of Momentum on this task."

## Does it hold?

"Outperforms" is read as: the function's value is lower at the end. Ends below ${FLOAT32_FLOOR} count as equal: nearer to the minimum
float32 cannot tell. The last column counts other starts from which ${FOUND} ended lower : equal : higher.

${claimsTable(data, testFunction)}

${verdictText(data, testFunction)}

## As the paper did it

Learning rates 10⁻⁴ … 10⁻¹ in decades; where the best is at an edge, the grid moves (the column "four rates" above stays). Adam also
chooses its ε from 10⁻³ … 10⁻⁸. ${steps.toLocaleString('en-GB')} steps from (${x}, ${y}). The paper does not say where it starts, which learning rates it tries,
nor what "best" means: this start, these rates, and the lowest value at the end are ours. The picture shows these runs.

${descendedTable(paper, testFunction)}

## With learning rates four to a decade

Decades are coarse: where the best one lies between two, luck decides. The same with 25 learning rates, 10⁻⁵ … 10.

${descendedTable(fine, testFunction)}

The last column of the first table does this from ${starts.length} starts drawn uniformly within the picture.`;
}

const COMPARED = [...OUTPERFORMED, MATCHED];

function claimsTable({ fixed, paper, fine, starts }: Figure6Data, testFunction: TestFunction): string {
  const rows = COMPARED.map((other) => {
    const counts = starts.map(({ descended }) => compareWith(other, descended, testFunction));
    const count = (wanted: Comparison) => counts.filter((one) => one === wanted).length;
    return [
      `${FOUND} against ${other}`,
      other === MATCHED ? 'close' : 'lower',
      compareWith(other, fixed, testFunction),
      compareWith(other, paper, testFunction),
      compareWith(other, fine, testFunction),
      `${count('lower')} : ${count('equal')} : ${count('higher')}`,
    ];
  });
  const grids = ['four rates', 'moved', 'fine grid', `${starts.length} starts`];
  return markdownTable(['', 'the paper', ...grids], rows);
}

/** In words, from the same figures. */
function verdictText(data: Figure6Data, testFunction: TestFunction): string {
  const sentences = COMPARED.map((other) => {
    const wins = (descended: readonly Descended[]) => compareWith(other, descended, testFunction);
    if (other === MATCHED) return momentumText(data, testFunction);
    const grids = [
      ['four rates', wins(data.fixed)],
      ['four rates that move', wins(data.paper)],
      ['the fine grid', wins(data.fine)],
    ] as const;
    const on = (wanted: boolean) =>
      grids.flatMap(([grid, found]) => ((found === 'lower') === wanted ? [grid] : [])).join(' and ');
    const elsewhere = data.starts.map(({ descended }) => compareWith(other, descended, testFunction));
    const won = elsewhere.filter((one) => one === 'lower').length;
    const further = `from the other starts, in ${won} of ${elsewhere.length}`;
    if (on(false) === '') return `**Over ${other}: holds from this start**, on every grid; ${further}.`;
    if (on(true) === '') return `**Over ${other}: does not hold**, on no grid; ${further}.`;
    return `**Over ${other}: depends on the learning rates tried**: with ${on(true)}, not with ${on(false)}; ${further}.`;
  });
  return sentences.map((sentence) => `* ${sentence}`).join('\n');
}

/** "Close" has no size in the paper: the figures speak. */
function momentumText({ paper, fine }: Figure6Data, testFunction: TestFunction): string {
  const pair = (descended: readonly Descended[]) =>
    `${number(excessOf(FOUND, descended, testFunction))} against ${number(excessOf(MATCHED, descended, testFunction))}`;
  return `**Close to ${MATCHED}**: at the end ${pair(paper)} with four rates that move, ${pair(fine)} on the fine grid.`;
}

/** Steps after which the value stays below. */
const THRESHOLDS = [1e-1, 1e-3, 1e-6];

function descendedTable(descended: readonly Descended[], testFunction: TestFunction): string {
  const rows = descended.map(({ optimizer, setting, trajectory, edgeOfGrid }) => {
    const { excess, distance } = endingOf(testFunction, trajectory);
    const reached = THRESHOLDS.map((threshold) => stepsWithin(testFunction, trajectory, threshold) ?? '—');
    return [
      optimizer,
      `${rateText(trajectory.learningRate)}${edgeOfGrid ? ' (edge)' : ''}${setting === '' ? '' : `, ${setting}`}`,
      number(excess),
      number(distance),
      ...reached.map(String),
    ];
  });
  const stays = THRESHOLDS.map(
    (threshold) => `steps to ${threshold < 1e-3 ? threshold.toExponential() : threshold}`,
  );
  return markdownTable(['', 'learning rate', 'value at the end', 'distance at the end', ...stays], rows);
}

const rateText = (rate: number): string => (Number.isNaN(rate) ? '—' : number(rate));

/** Three digits. */
const number = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'diverged';
