import * as Plot from '@observablehq/plot';
import type { Axis } from './chart.ts';
import { FAINT_INK, INK } from './palette.ts';
import { type SvgElement, writable } from './svg.ts';
import { shortenedText } from './text.ts';
import { logTicks, tickText } from './ticks.ts';

/** Margins of the panels together, in pixels: room for the numbers and the label of the y axis, and for half a number of x. */
const LEFT = 66;
const RIGHT = 18;
/** Gap between two columns as a share of their distance. */
const COLUMN_GAP = 0.12;
const TITLE_SIZE = 13;

/** Returns the grid of panels: up to three stand side by side, more in a grid of at most three columns that is nearly square. */
export function gridOf(panels: number): { readonly columns: number; readonly rows: number } {
  const columns = panels <= 3 ? panels : panels === 4 ? 2 : 3;
  return { columns, rows: Math.ceil(panels / columns) };
}

/** Data that panels of every kind have. */
export interface Frame {
  readonly titles: readonly string[];
  readonly x: Axis;
  readonly y: Axis;
  /** All values on each axis. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** Area to draw in, in pixels. */
export interface Canvas {
  readonly document: unknown;
  readonly width: number;
  readonly height: number;
}

/** Marks of Observable Plot, below and above the axes. */
export interface Marks {
  readonly below: readonly Plot.Markish[];
  readonly above: readonly Plot.Markish[];
  /** Colours by height, for marks that are coloured by height. */
  readonly color?: Plot.ScaleOptions;
}

/** Draws panels with their axes as one element. Observable Plot does so: its facets are our panels. */
export function plotPanels(frame: Frame, { document, width, height }: Canvas, marks: Marks): SvgElement {
  const { titles, x, y, xs, ys } = frame;
  const { columns, rows } = gridOf(titles.length);
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
    x: scaleOf(x),
    y: { ...scaleOf(y), nice: y.domain === undefined && y.scale !== 'log' },
    ...(marks.color === undefined ? {} : { color: marks.color }),
    marks: [
      ...marks.below,
      Plot.axisX({ ...axisOf(x, xs), labelOffset: 40 }),
      Plot.axisY({ ...axisOf(y, ys), labelOffset: 52 }),
      Plot.frame({ stroke: FAINT_INK, strokeOpacity: 0.35 }),
      titleMark(titles, ((width - LEFT - RIGHT) / columns) * (1 - COLUMN_GAP)),
      ...marks.above,
    ],
  });
  return drawing as unknown as SvgElement;
}

/** Faint lines at the numbers of the y axis. */
export function gridY({ y, ys }: Frame) {
  return Plot.gridY({ ...ticksOf(y, ys), stroke: FAINT_INK, strokeOpacity: 0.15 });
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);

/** Returns the place of a panel by its number: Plot calls columns fx and rows fy. */
export function placeOf(panel: number, panels: number): { readonly fx: number; readonly fy: number } {
  const { columns } = gridOf(panels);
  return { fx: panel % columns, fy: Math.floor(panel / columns) };
}

export const FACETS = { fx: 'fx', fy: 'fy' } as const;

function scaleOf({ scale = 'linear', domain }: Axis) {
  return { type: scale, ...(domain === undefined ? {} : { domain: [...domain] }) };
}

/** @param values All values on the axis. */
function ticksOf({ ticks, scale, domain }: Axis, values: readonly number[]) {
  if (scale !== 'log') return ticks === undefined ? { tickSpacing: 60 } : { ticks: [...ticks] };
  const [low, high] = domain ?? extent(values);
  // A number outside would be drawn in another panel.
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
    text: tickText(axis.scale) as never,
  } as const;
}

/** Panel titles, cut off if they are wider than the panel. */
function titleMark(titles: readonly string[], width: number) {
  const rows = titles.map((title, i) => ({
    ...placeOf(i, titles.length),
    title: shortenedText(writable(title), width, TITLE_SIZE, 'bold'),
  }));
  return Plot.text(rows, {
    ...FACETS,
    text: 'title',
    frameAnchor: 'top-left',
    lineAnchor: 'bottom',
    dy: -7,
    fontSize: TITLE_SIZE,
    fontWeight: 'bold',
    fill: INK,
  });
}
