import { lineChart, type Panel } from '../plot/index.ts';
import type { Condition } from './bakeoff.ts';
import { findLandscape } from './landscapes.ts';
import type { Curve, CurvePoint } from './summary.ts';

const MEASURES = {
  regret: {
    title: 'Regret of the best rule found',
    subtitle: 'Optimum − best reward among the ten rules that looked best; mean over seeds, 95 % bands.',
    label: 'regret',
  },
  proposalRegret: {
    title: 'Regret of what is proposed',
    subtitle: 'Optimum − mean reward of the last 50 proposals; mean over seeds, 95 % bands.',
    label: 'regret of proposals',
  },
} as const;

/** Curves over the number of rules proposed, a panel for each condition, as SVG text. */
export function bakeoffPicture(curves: readonly Curve[], measure: keyof typeof MEASURES): string {
  const { title, subtitle, label } = MEASURES[measure];
  const conditions = [
    ...new Map(curves.map(({ condition }) => [conditionText(condition), condition])).values(),
  ];
  return lineChart({
    title,
    subtitle,
    x: { label: 'rules proposed', scale: 'log' },
    y: { label },
    panels: conditions.map((condition) => panelOf(condition, curves, measure)),
  });
}

/** `parts, noise 0.05`. */
export function conditionText({ landscape, noise }: Condition): string {
  return findLandscape(landscape).noises.length === 1 ? landscape : `${landscape}, noise ${noise}`;
}

function panelOf(condition: Condition, curves: readonly Curve[], measure: keyof typeof MEASURES): Panel {
  const title = conditionText(condition);
  const own = curves.filter((curve) => conditionText(curve.condition) === title);
  const estimateOf = (point: CurvePoint) => point[measure];
  return {
    title,
    series: own.map(({ entry, points }) => ({
      name: entry,
      line: points.map((point) => [point.samples, estimateOf(point).mean] as const),
      band: points.map((point) => [point.samples, estimateOf(point).low, estimateOf(point).high] as const),
    })),
  };
}
