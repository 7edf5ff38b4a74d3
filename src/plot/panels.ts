import * as Plot from '@observablehq/plot';
import type { BandEnds, Level, LineChart, Point, Series } from './chart.ts';
import { type Canvas, FACETS, gridY, placeOf, plotPanels } from './frame.ts';
import { strokesOf } from './legend.ts';
import { levelStrokeOf } from './palette.ts';
import type { SvgElement } from './svg.ts';

/** Draws the panels of a chart with their axes as one element. */
export function drawPanels(chart: LineChart, canvas: Canvas): SvgElement {
  const clip = chart.x.domain !== undefined || chart.y.domain !== undefined;
  const frame = {
    titles: chart.panels.map(({ title }) => title),
    x: chart.x,
    y: chart.y,
    xs: valuesOf(chart, ([x]) => [x]),
    ys: [...valuesOf(chart, ([, ...others]) => others), ...(chart.levels ?? []).map(({ y }) => y)],
  };
  return plotPanels(frame, canvas, { below: [gridY(frame)], above: seriesMarks(chart, clip) });
}

function valuesOf(
  { panels }: LineChart,
  pick: (values: Point | BandEnds) => readonly number[],
): readonly number[] {
  return panels
    .flatMap(({ series }) => series)
    .flatMap(({ line = [], band = [], points = [] }) => [...line, ...band, ...points].flatMap(pick));
}

function levelMark({ y }: Level, index: number) {
  const { colour, dashes } = levelStrokeOf(index);
  return Plot.ruleY([y], { stroke: colour, strokeDasharray: dashes, strokeWidth: 1.5 });
}

/** Draws all bands below all points, these below the levels, and these below all lines. */
function seriesMarks(chart: LineChart, clip: boolean) {
  const { panels } = chart;
  const rowsOf = <Values extends readonly number[]>(
    name: string,
    values: (series: Series) => readonly Values[] | undefined,
  ) =>
    panels.flatMap(({ series }, panel) => {
      const found = series.find((one) => one.name === name);
      const place = placeOf(panel, panels.length);
      return ((found && values(found)) ?? []).map(([x, y, high]) => ({ ...place, x, y, high }));
    });
  const strokes = [...strokesOf(chart)];
  const bands = strokes.map(([name, { colour }]) =>
    Plot.areaY(
      rowsOf(name, ({ band }) => band),
      {
        ...FACETS,
        x: 'x',
        y1: 'y',
        y2: 'high',
        fill: colour,
        fillOpacity: bandOpacity(bandsOf(chart)),
        clip,
      },
    ),
  );
  const points = strokes.map(([name, { colour }]) => {
    const rows = rowsOf(name, (series) => series.points);
    return Plot.dot(rows, {
      ...FACETS,
      x: 'x',
      y: 'y',
      r: 2,
      fill: colour,
      fillOpacity: opacity(rows.length),
      clip,
    });
  });
  const lines = strokes.map(([name, { colour, dashes, width = 2 }]) =>
    Plot.lineY(
      rowsOf(name, ({ line }) => line),
      { ...FACETS, x: 'x', y: 'y', stroke: colour, strokeDasharray: dashes, strokeWidth: width, clip },
    ),
  );
  return [...bands, ...points, ...(chart.levels ?? []).map(levelMark), ...lines];
}

/** Returns the largest number of bands in a panel. */
const bandsOf = ({ panels }: LineChart): number =>
  Math.max(...panels.map(({ series }) => series.filter(({ band = [] }) => band.length > 0).length));

/** Opacity of bands: two that overlap can be told apart, and the more there are, the fainter each is. */
const bandOpacity = (bands: number): number => Math.min(0.2, 0.4 / bands);

/** Opacity of points: the more there are, the fainter each is, because more of them overlap. */
const opacity = (points: number): number => Math.min(0.5, Math.max(0.1, 8 / Math.sqrt(points)));
