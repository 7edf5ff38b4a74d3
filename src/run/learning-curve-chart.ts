import { type Goal, metricText, regimeText, taskTitle, worth } from '../evaluation/index.ts';
import { type Level, type LineChart, type Point, type Series, spansDecades } from '../plot/index.ts';
import type { LearningCurve, LearningCurves } from './learning-curve.ts';

/** The known rule that everybody compares with. */
const USUAL = 'adam';

/**
 * Figure 4 of the paper: every rule's reward as a faint point, and a moving average as a line, for each run; here also the best reward so
 * far, and as levels chance, Adam and the best known rule.
 */
export function learningCurveChart(data: LearningCurves): LineChart {
  const { task, window, step, curves, score } = data;
  const where = `${taskTitle(task)}, ${regimeText(data)}`;
  const points = step === 1 ? 'every rule' : `one rule in ${step}`;
  return {
    title: `${score ? score.metric : 'Reward'} of the sampled rules`,
    subtitle: `${where}. Points: ${points}. Lines: the mean of the last ${window} rules. Dotted: the best so far.`,
    x: { label: 'sampled rules' },
    y: score ? { label: metricText(score), ...scaleOf(data) } : { label: 'reward (validation accuracy)' },
    levels: levelsOf(data),
    panels: [
      {
        title: '',
        series: [...curves.map((curve) => seriesOf(curve, step)), ...bestsOf(curves, score?.goal)],
      },
    ],
  };
}

/** Scores that span many decades stand on a logarithmic axis, if they can. */
function scaleOf({ curves, chance = 1, references = [] }: LearningCurves): { readonly scale?: 'log' } {
  const drawn = [...curves.flatMap(({ rewards }) => rewards), ...references.map(({ reward }) => reward)];
  return chance > 0 && spansDecades(drawn.filter(Number.isFinite)) ? { scale: 'log' } : {};
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

function bestsOf(curves: readonly LearningCurve[], goal: Goal = 'maximise'): readonly Series[] {
  const runs = new Set(curves.map(({ run }) => run));
  // A run may be named by anything, and no two series alike.
  const free = (name: string): string => (runs.has(name) ? free(`${name} *`) : name);
  return curves.map(({ run, rewards }) => ({
    name: free(curves.length === 1 ? 'best so far' : `best of ${run}`),
    of: run,
    line: steps(rewards, goal),
  }));
}

/** The best of the values up to each place, as steps: two points where it gets better. */
function steps(values: readonly number[], goal: Goal): readonly Point[] {
  const points: Point[] = [];
  let best = worth(Number.NEGATIVE_INFINITY, goal);
  for (const [i, value] of values.entries()) {
    if (!(worth(value, goal) > worth(best, goal))) continue;
    if (points.length > 0) points.push([i + 1, best]);
    points.push([i + 1, value]);
    best = value;
  }
  return points.length === 0 ? points : [...points, [values.length, best]];
}
