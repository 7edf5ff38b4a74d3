import * as Plot from '@observablehq/plot';
import type { Axis, Level, LineChart, Panel, Point, Range, Series } from './chart.ts';
import { strokesOf } from './legend.ts';
import { FAINT_INK, INK, LEVEL } from './palette.ts';
import { type SvgElement, writable } from './svg.ts';
import { logTicks, tickText } from './ticks.ts';

/** Margins of the panels together, in pixels: room for the numbers and the label of the y axis, and for half a number of x. */
const LEFT = 66;
const RIGHT = 18;
/** Between two columns, as a share of their distance. */
const COLUMN_GAP = 0.12;
const TITLE_SIZE = 13;

/** Up to three panels stand side by side; more of them, in a grid as near to square as may be, three columns at most. */
export function gridOf(panels: number): { readonly columns: number; readonly rows: number } {
  const columns = panels <= 3 ? panels : panels === 4 ? 2 : 3;
  return { columns, rows: Math.ceil(panels / columns) };
}

/**
 * The panels of a chart with their axes, as one element of `width` by `height` pixels. Observable Plot draws it: its facets
 * are our panels.
 */
export function drawPanels(
  chart: LineChart,
  {
    document,
    width,
    height,
  }: { readonly document: unknown; readonly width: number; readonly height: number },
): SvgElement {
  const { columns, rows } = gridOf(chart.panels.length);
  const xs = valuesOf(chart, ([x]) => [x]);
  const ys = [...valuesOf(chart, ([, ...others]) => others), ...(chart.levels ?? []).map(({ y }) => y)];
  const clip = chart.x.domain !== undefined || chart.y.domain !== undefined;
  const drawing = Plot.plot({
    document: document as never,
    width,
    height,
    marginTop: 24,
    marginRight: RIGHT,
    marginBottom: 46,
    marginLeft: LEFT,
    style: { fontSize: '12px', color: INK } as never,
    fx: { axis: null, domain: range(columns), padding: columns > 1 ? COLUMN_GAP : 0 },
    fy: { axis: null, domain: range(rows), padding: rows > 1 ? 0.22 : 0 },
    x: scaleOf(chart.x),
    y: { ...scaleOf(chart.y), nice: chart.y.domain === undefined && chart.y.scale !== 'log' },
    marks: [
      Plot.gridY({ ...ticksOf(chart.y, ys), stroke: FAINT_INK, strokeOpacity: 0.15 }),
      Plot.axisX({ ...axisOf(chart.x, xs), labelOffset: 40 }),
      Plot.axisY({ ...axisOf(chart.y, ys), labelOffset: 52 }),
      Plot.frame({ stroke: FAINT_INK, strokeOpacity: 0.35 }),
      titles(chart.panels, ((width - LEFT - RIGHT) / columns) * (1 - COLUMN_GAP)),
      ...seriesMarks(chart, clip),
    ],
  });
  return drawing as unknown as SvgElement;
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);

/** Where the panel of that number stands: Plot calls columns fx and rows fy. */
function placeOf(panel: number, panels: number): { readonly fx: number; readonly fy: number } {
  const { columns } = gridOf(panels);
  return { fx: panel % columns, fy: Math.floor(panel / columns) };
}

const FACETS = { fx: 'fx', fy: 'fy' } as const;

function valuesOf(
  { panels }: LineChart,
  pick: (values: Point | Range) => readonly number[],
): readonly number[] {
  return panels
    .flatMap(({ series }) => series)
    .flatMap(({ line = [], band = [], points = [] }) => [...line, ...band, ...points].flatMap(pick));
}

function scaleOf({ scale = 'linear', domain }: Axis) {
  return { type: scale, ...(domain === undefined ? {} : { domain: [...domain] }) };
}

/** @param values What stands on the axis. */
function ticksOf({ ticks, scale, domain }: Axis, values: readonly number[]) {
  if (scale !== 'log') return ticks === undefined ? { tickSpacing: 60 } : { ticks: [...ticks] };
  const [low, high] = domain ?? extent(values);
  // One outside would stand in another panel.
  const given = ticks?.filter((tick) => tick >= low && tick <= high);
  return { ticks: [...(given ?? logTicks(low, high))] };
}

function extent(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function axisOf(axis: Axis, values: readonly number[]) {
  return {
    ...ticksOf(axis, values),
    label: writable(axis.label),
    labelAnchor: 'center',
    labelArrow: 'none',
    // Plot's own tickFormat leaves out some numbers of a logarithmic axis.
    text: tickText,
  } as const;
}

/** Panel titles, cut off where they are wider than the panel. */
function titles(panels: readonly Panel[], width: number) {
  const rows = panels.map(({ title }, i) => ({ ...placeOf(i, panels.length), title: writable(title) }));
  return Plot.text(rows, {
    ...FACETS,
    text: 'title',
    frameAnchor: 'top-left',
    lineAnchor: 'bottom',
    dy: -7,
    // In em of normal letters; bold ones are wider.
    lineWidth: (0.88 * width) / TITLE_SIZE,
    textOverflow: 'ellipsis-end',
    fontSize: TITLE_SIZE,
    fontWeight: 'bold',
    fill: INK,
  });
}

function levelMark({ y }: Level) {
  return Plot.ruleY([y], { stroke: LEVEL.colour, strokeDasharray: LEVEL.dashes, strokeWidth: 1.5 });
}

/** All bands lie below all points, these below the levels, and these below all lines. */
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
      { ...FACETS, x: 'x', y1: 'y', y2: 'high', fill: colour, fillOpacity: 0.2, clip },
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
  const lines = strokes.map(([name, { colour, dashes }]) =>
    Plot.lineY(
      rowsOf(name, ({ line }) => line),
      { ...FACETS, x: 'x', y: 'y', stroke: colour, strokeDasharray: dashes, strokeWidth: 2, clip },
    ),
  );
  return [...bands, ...points, ...(chart.levels ?? []).map(levelMark), ...lines];
}

/** The more points there are, the fainter is each: as many more overlap. */
const opacity = (points: number): number => Math.min(0.5, Math.max(0.1, 8 / Math.sqrt(points)));
