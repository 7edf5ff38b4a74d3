import type { Evaluation } from '../evaluation/index.ts';
import { type Axis, lineChart, type Series } from '../plot/index.ts';
import { estimate } from './scores.ts';
import { seedsOf, type TrainedOptimizer } from './trainings.ts';

export interface CurvePicture {
  readonly title: string;
  readonly y: Axis;
  /** Values to draw, one per epoch. */
  readonly curveOf: (evaluation: Evaluation) => readonly number[];
}

/** Largest number of epochs that all have ticks at the axis. */
const FEW = 10;

/**
 * Draws pictures of a value per epoch: one panel per found optimizer, which it shares with all known ones. Returns the files by name,
 * without those for which no training ended an epoch.
 */
export function curvePictures(
  known: readonly TrainedOptimizer[],
  found: readonly TrainedOptimizer[],
  pictures: Readonly<Record<string, CurvePicture>>,
): Readonly<Record<string, string>> {
  const subtitle = curveSubtitle(seedsOf(known.flatMap(({ evaluations }) => evaluations)).length);
  const drawn = Object.entries(pictures).flatMap(([name, { title, y, curveOf }]) => {
    const series = (trained: TrainedOptimizer): readonly Series[] => {
      const curve = meanCurve(trained.evaluations.map(curveOf));
      return curve.some((point) => Number.isFinite(point.mean))
        ? [seriesOf(trained.name, curve, y.scale)]
        : [];
    };
    const shared = known.flatMap(series);
    const panels = found
      .map((one) => ({ title: found.length === 1 ? '' : one.name, series: [...shared, ...series(one)] }))
      .filter((panel) => panel.series.length > 0);
    const lengths = panels.flatMap((panel) => panel.series.map(({ line = [] }) => line.length));
    const epochs = Math.max(...lengths);
    // Round numbers would stand between so few.
    const ticks = epochs > FEW ? {} : { ticks: Array.from({ length: Math.max(epochs, 0) }, (_, i) => i + 1) };
    const x = { label: 'epoch', ...ticks };
    return panels.length === 0 ? [] : [[name, lineChart({ title, subtitle, x, y, panels })] as const];
  });
  return Object.fromEntries(drawn);
}

/** Says what is drawn of a number of seeds. */
function curveSubtitle(seeds: number): string {
  if (seeds === 1) return 'One seed.';
  return `Lines: the mean of ${seeds} seeds.${seeds < 3 ? '' : ' Bands: 95 % intervals.'}`;
}

/** Estimates the mean over seeds at each epoch that all of them reached. */
function meanCurve(curves: readonly (readonly number[])[]) {
  const epochs = Math.min(...curves.map(({ length }) => length));
  return Array.from({ length: epochs }, (_, i) => estimate(curves.map((curve) => curve[i] as number)));
}

/** A logarithmic axis has no place for an interval that reaches zero: there the band ends at the lowest mean. */
function seriesOf(name: string, curve: ReturnType<typeof meanCurve>, scale: Axis['scale']): Series {
  const lowest = Math.min(...curve.map(({ mean }) => mean).filter((mean) => mean > 0));
  const bottom = (low: number): number => (scale === 'log' && low <= 0 ? lowest : low);
  return {
    name,
    line: curve.map(({ mean }, i) => [i + 1, mean] as const),
    band: curve.flatMap(({ interval }, i) =>
      interval === null ? [] : [[i + 1, bottom(interval.low), interval.high] as const],
    ),
  };
}
