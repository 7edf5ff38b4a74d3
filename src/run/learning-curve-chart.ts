import { regimeText, taskTitle } from '../evaluation/index.ts';
import type { Level, LineChart, Point, Series } from '../plot/index.ts';
import type { LearningCurve, LearningCurves } from './learning-curve.ts';

/** The known rule that everybody compares with. */
const USUAL = 'adam';

/**
 * Figure 4 of the paper: every rule's reward as a faint point, and a moving average as a line, for each run; here also the best reward so
 * far, and as levels chance, Adam and the best known rule.
 */
export function learningCurveChart(data: LearningCurves): LineChart {
  const { task, window, step, curves } = data;
  const where = `${taskTitle(task)}, ${regimeText(data)}`;
  const points = step === 1 ? 'every rule' : `one rule in ${step}`;
  return {
    title: 'Reward of the sampled rules',
    subtitle: `${where}. Points: ${points}. Lines: the mean of the last ${window} rules. Dotted: the best so far.`,
    x: { label: 'sampled rules' },
    y: { label: 'reward (validation accuracy)' },
    levels: levelsOf(data),
    panels: [{ title: '', series: [...curves.map((curve) => seriesOf(curve, step)), ...bestsOf(curves)] }],
  };
}

function levelsOf({ chance, references = [] }: LearningCurves): readonly Level[] {
  const shown = references.filter(({ name }, i) => i === 0 || name === USUAL);
  return [
    ...(chance === undefined ? [] : [{ name: 'chance', y: chance }]),
    ...shown.map(({ name, reward }, i) => ({
      name: i === 0 ? `${name}, the best known rule` : name,
      y: reward,
    })),
  ];
}

function seriesOf({ run, average, rewards }: LearningCurve, step: number): Series {
  const points = rewards.flatMap((reward, i) => (i % step === 0 ? [[i + 1, reward] as const] : []));
  return { name: run, line: average, points };
}

function bestsOf(curves: readonly LearningCurve[]): readonly Series[] {
  const runs = new Set(curves.map(({ run }) => run));
  // A run may be named by anything, and no two series alike.
  const free = (name: string): string => (runs.has(name) ? free(`${name} *`) : name);
  return curves.map(({ run, rewards }) => ({
    name: free(curves.length === 1 ? 'best so far' : `best of ${run}`),
    of: run,
    line: steps(rewards),
  }));
}

/** The highest of the values up to each place, as steps: two points where it rises. */
function steps(values: readonly number[]): readonly Point[] {
  const points: Point[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const [i, value] of values.entries()) {
    if (value <= best) continue;
    if (i > 0) points.push([i + 1, best]);
    points.push([i + 1, value]);
    best = value;
  }
  return values.length === 0 ? points : [...points, [values.length, best]];
}
