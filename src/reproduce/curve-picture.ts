import type { Evaluation } from '../evaluation/index.ts';
import { type Axis, lineChart, type Series } from '../plot/index.ts';
import { estimate } from './scores.ts';
import type { Trained } from './trainings.ts';

export interface CurvePicture {
  readonly title: string;
  readonly subtitle: string;
  readonly y: Axis;
  /** What is drawn: a value an epoch. */
  readonly curveOf: (evaluation: Evaluation) => readonly number[];
}

/** Epochs that are each written at the axis. */
const FEW = 10;

/**
 * A value an epoch of the known optimizers, each time beside another of the found ones: a panel for each of those. As a file of that
 * name; none where nothing ended an epoch.
 */
export function curvePicture(
  name: string,
  { title, subtitle, y, curveOf }: CurvePicture,
  known: readonly Trained[],
  found: readonly Trained[],
): Readonly<Record<string, string>> {
  const series = (trained: Trained): readonly Series[] => {
    const curve = meanCurve(trained.evaluations.map(curveOf));
    return curve.some((point) => Number.isFinite(point.mean)) ? [seriesOf(trained.name, curve)] : [];
  };
  const beside = known.flatMap(series);
  const panels = found
    .map((one) => ({ title: found.length === 1 ? '' : one.name, series: [...beside, ...series(one)] }))
    .filter((panel) => panel.series.length > 0);
  if (panels.length === 0) return {};
  const epochs = Math.max(...panels.flatMap((panel) => panel.series.map(({ line = [] }) => line.length)));
  // Round numbers would stand between so few.
  const ticks = epochs > FEW ? {} : { ticks: Array.from({ length: epochs }, (_, i) => i + 1) };
  return { [name]: lineChart({ title, subtitle, x: { label: 'epoch', ...ticks }, y, panels }) };
}

/** What is drawn of so many seeds. */
export function curveSubtitle(seeds: number): string {
  if (seeds === 1) return 'One seed.';
  return `Lines: the mean of ${seeds} seeds.${seeds < 3 ? '' : ' Bands: 95 % intervals.'}`;
}

/** Over seeds, at each epoch that all of them reached. */
export function meanCurve(curves: readonly (readonly number[])[]) {
  const epochs = Math.min(...curves.map(({ length }) => length));
  return Array.from({ length: epochs }, (_, i) => estimate(curves.map((curve) => curve[i] as number)));
}

function seriesOf(name: string, curve: ReturnType<typeof meanCurve>): Series {
  return {
    name,
    line: curve.map(({ mean }, i) => [i + 1, mean] as const),
    band: curve.flatMap(({ interval }, i) =>
      interval === null ? [] : [[i + 1, interval.low, interval.high] as const],
    ),
  };
}
