import { endingOf, stepsWithin, type TestFunction } from '../../functions/index.ts';
import { thousands } from '../../report/index.ts';
import { fillPage, markdownTable } from '../page.ts';
import { type Descended, FOUND, MATCHED, OUTPERFORMED } from './descend.ts';
import type { Figure6Data } from './figure6.ts';

/** Writes the page with what the paper says about the figure. */
export function figure6Page(data: Figure6Data, testFunction: TestFunction): string {
  const { steps, paper, fine, starts } = data;
  return fillPage('figure6', {
    floor: String(FLOAT32_FLOOR),
    found: FOUND,
    claims: claimsTable(data, testFunction),
    verdicts: verdicts(data, testFunction),
    steps: thousands(steps),
    start: `(${testFunction.start.join(', ')})`,
    paper: descendedTable(paper, testFunction),
    fine: descendedTable(fine, testFunction),
    starts: String(starts.length),
  });
}

const COMPARED = [...OUTPERFORMED, MATCHED];

function claimsTable({ fixed, paper, fine, starts }: Figure6Data, testFunction: TestFunction): string {
  const rows = COMPARED.map((other) => {
    const counts = starts.map(({ descended }) => compareWith(other, descended, testFunction));
    const count = (wanted: EndComparison) => counts.filter((one) => one === wanted).length;
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

/** Says in words what the figures of the table show. */
function verdicts(data: Figure6Data, testFunction: TestFunction): string {
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

/** "Close" has no size in the paper, so there are only figures. */
function momentumText({ paper, fine }: Figure6Data, testFunction: TestFunction): string {
  const pair = (descended: readonly Descended[]) =>
    `${number(excessOf(FOUND, descended, testFunction))} against ${number(excessOf(MATCHED, descended, testFunction))}`;
  return `**Close to ${MATCHED}**: at the end ${pair(paper)} with four rates that move, ${pair(fine)} on the fine grid.`;
}

/** Values of which the table counts the steps after which the value stays below. */
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

/** Writes three digits. */
const number = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'diverged';

/** Below this value, float32 weights cannot tell Rosenbrock's minimum from its neighbourhood: y − x² is a multiple of 6·10⁻⁸. */
export const FLOAT32_FLOOR = 1e-12;

type EndComparison = 'lower' | 'equal' | 'higher';

/** Compares the ends of Optimizer 1 and another; equal if both are as near to the minimum as float32 can tell. */
export function compareWith(
  other: string,
  descended: readonly Descended[],
  testFunction: TestFunction,
): EndComparison {
  const [own, theirs] = [FOUND, other].map((name) => excessOf(name, descended, testFunction)) as [
    number,
    number,
  ];
  if (Math.max(own, theirs) <= FLOAT32_FLOOR) return 'equal';
  return own < theirs ? 'lower' : own > theirs ? 'higher' : 'equal';
}

/** Returns the value at the end minus the least value. */
function excessOf(name: string, descended: readonly Descended[], testFunction: TestFunction): number {
  const found = descended.find(({ optimizer }) => optimizer === name);
  if (found === undefined) throw new RangeError(`no optimizer '${name}'`);
  return endingOf(testFunction, found.trajectory).excess;
}
