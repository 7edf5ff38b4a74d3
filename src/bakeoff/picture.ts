import { taskTitle } from '../evaluation/index.ts';
import { lineChart, type Panel } from '../plot/index.ts';
import type { Condition } from './bakeoff.ts';
import { findLandscape } from './landscapes.ts';
import { RESOLUTION } from './relative-regret.ts';
import type { Curve, Estimate } from './summary.ts';

/** Where numbers of proposals are written. */
const TICKS = [10, 30, 100, 300, 1_000, 3_000];

const MEASURES = {
  regret: {
    title: 'Regret of the best rule found',
    subtitle: 'Optimum − best reward among the ten rules that looked best; mean over seeds, 95 % bands.',
    y: { label: 'regret', scale: 'log' },
  },
  proposalRegret: {
    title: 'Regret of what is proposed',
    subtitle: 'Optimum − mean reward of the last 50 proposals; mean over seeds, 95 % bands.',
    y: { label: 'regret of proposals' },
  },
} as const;

/** Curves over the number of rules proposed, a panel for each condition, as SVG text. */
export function bakeoffPicture(curves: readonly Curve[], measure: keyof typeof MEASURES): string {
  const { title, subtitle, y } = MEASURES[measure];
  const conditions = [
    ...new Map(curves.map(({ condition }) => [conditionText(condition), condition])).values(),
  ];
  return lineChart({
    title,
    subtitle,
    x: { label: 'rules proposed', scale: 'log', ticks: TICKS },
    y,
    panels: conditions.map((condition) => panelOf(condition, curves, measure)),
  });
}

/** `parts, noise 0.05`. */
export function conditionText({ landscape, noise }: Condition): string {
  const title = taskTitle(landscape);
  return findLandscape(landscape).noises.length === 1 ? title : `${title}, noise ${noise}`;
}

function panelOf(condition: Condition, curves: readonly Curve[], measure: keyof typeof MEASURES): Panel {
  const title = conditionText(condition);
  const own = curves.filter((curve) => conditionText(curve.condition) === title);
  return {
    title,
    series: own.map(({ entry, points }) => ({
      name: entry,
      line: points.map((point) => [point.samples, shown(point[measure].mean)] as const),
      band: points.flatMap((point) => rangeOf(point.samples, point[measure])),
    })),
  };
}

const rangeOf = (samples: number, { interval }: Estimate) =>
  interval === null ? [] : [[samples, shown(interval.low), shown(interval.high)] as const];

/** A logarithmic axis has no 0. */
const shown = (regret: number): number => Math.max(regret, RESOLUTION);
