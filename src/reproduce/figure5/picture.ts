import type { Evaluation } from '../../evaluate/index.ts';
import { type Axis, lineChart, type Series } from '../../plot/index.ts';
import { estimate } from '../scores.ts';
import type { Trained } from '../trainings.ts';

export interface CurvePicture {
  readonly title: string;
  readonly subtitle: string;
  readonly y: Axis;
  /** What is drawn: a value an epoch. */
  readonly curveOf: (evaluation: Evaluation) => readonly number[];
}

/** The panels of the figure: the known optimizers, each time with another of the found ones. */
export function curvePicture(
  { title, subtitle, y, curveOf }: CurvePicture,
  known: readonly Trained[],
  found: readonly Trained[],
): string {
  const series = (trained: Trained): readonly Series[] => {
    const curves = meanCurve(trained.evaluations.map(curveOf));
    return curves.length === 0 ? [] : [seriesOf(trained.name, curves)];
  };
  return lineChart({
    title,
    subtitle,
    x: { label: 'epoch' },
    y,
    panels: found.map((one) => ({ title: one.name, series: [...known, one].flatMap(series) })),
  });
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
