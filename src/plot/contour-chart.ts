import * as Plot from '@observablehq/plot';
import { type Axis, checkDomain, type Point } from './chart.ts';
import { type Canvas, FACETS, placeOf, plotPanels } from './frame.ts';
import { FAINT_INK, INK, INKED, PAPER, strokeOf } from './palette.ts';
import { panelPicture } from './picture.ts';
import { roundPaths, type SvgElement } from './svg.ts';
import { plotSymbol, type SymbolName } from './symbols.ts';

/** Paths over the contours of a surface, a panel each. */
export interface ContourChart {
  readonly title: string;
  /** A sentence or two below the title; broken into lines where it is long. */
  readonly subtitle?: string;
  /** Linear, with a domain: what is outside is cut off. */
  readonly x: BoundedAxis;
  readonly y: BoundedAxis;
  /** The height at a place; where it is not finite, there is no contour. */
  readonly surface: (x: number, y: number) => number;
  /** The heights of the contours, ascending. The ground is the darker, the lower it lies. */
  readonly levels: readonly number[];
  /** Side by side up to three, in a grid beyond. */
  readonly panels: readonly ContourPanel[];
  /** In every panel. */
  readonly landmarks: readonly Landmark[];
  /** In pixels, as a line chart's. */
  readonly width?: number;
  readonly height?: number;
}

export type BoundedAxis = Axis & Required<Pick<Axis, 'domain'>> & { readonly scale?: 'linear' };

export interface ContourPanel {
  readonly title: string;
  /** Where it went, in order; a place that is not finite is a gap. */
  readonly path: readonly Point[];
}

/** Single places, marked alike. */
export interface Landmark {
  readonly name: string;
  readonly symbol: SymbolName;
  readonly points: readonly Point[];
}

const LOW = '#c9dcee';
const HIGH = PAPER;
/** Contours are found on a grid of one place in so many pixels. */
const PIXELS = 2;

/**
 * The chart as the text of an SVG file that stands alone, as `lineChart` makes it.
 *
 * @throws RangeError for no panels, fewer than two levels or such that do not ascend, a domain that is not an ascending pair, and
 *   too few pixels.
 * @example
 * contourChart({
 *   title: 'Descent', x: { label: 'x', domain: [-1, 1] }, y: { label: 'y', domain: [-1, 1] },
 *   surface: (x, y) => x * x + y * y, levels: [0.25, 0.5, 1], panels: [{ title: 'SGD', path: [[1, 1], [0.5, 0.5]] }],
 *   landmarks: [{ name: 'minimum', symbol: 'star', points: [[0, 0]] }],
 * })
 */
export function contourChart(chart: ContourChart): string {
  const { title, subtitle, panels, levels, landmarks, width, height } = chart;
  if (panels.length === 0) throw new RangeError('chart: expected at least one panel');
  if (levels.length < 2 || levels.some((level, i) => i > 0 && !(level > (levels[i - 1] as number)))) {
    throw new RangeError(`chart: expected two or more ascending levels, got ${levels.join(', ')}`);
  }
  for (const axis of [chart.x, chart.y]) checkDomain(axis);
  const items = landmarks.map(({ name, symbol }) => ({
    name,
    parts: [symbol],
    stroke: INKED,
    hollow: isHollow(symbol),
  }));
  const heading = { title, subtitle, items, panels: panels.length, width, height };
  return panelPicture(heading, (canvas) => drawContours(chart, canvas));
}

function drawContours(chart: ContourChart, canvas: Canvas): SvgElement {
  const { x, y, panels, levels, landmarks } = chart;
  const frame = { titles: panels.map(({ title }) => title), x, y, xs: x.domain, ys: y.domain };
  const drawing = plotPanels(frame, canvas, {
    // What lies below the lowest contour is the frame's own ground.
    below: [Plot.frame({ fill: LOW }), contourMark(chart)],
    above: [pathMark(panels), ...landmarks.map((landmark) => landmarkMark(landmark, panels.length))],
    color: { type: 'linear', domain: [levels[0], levels.at(-1)], range: [LOW, HIGH], clamp: true },
  });
  roundPaths(drawing);
  return drawing;
}

/** Without data of its own it is drawn in every panel. */
function contourMark({ x, y, surface, levels }: ContourChart) {
  return Plot.contour({
    x1: x.domain[0],
    x2: x.domain[1],
    y1: y.domain[0],
    y2: y.domain[1],
    fill: surface,
    stroke: FAINT_INK,
    strokeOpacity: 0.35,
    strokeWidth: 0.7,
    thresholds: [...levels],
    pixelSize: PIXELS,
  });
}

function pathMark(panels: readonly ContourPanel[]) {
  const rows = panels.flatMap(({ path }, panel) =>
    path.map(([x, y]) => ({ ...placeOf(panel, panels.length), x, y })),
  );
  const { colour } = strokeOf(1);
  return Plot.line(rows, { ...FACETS, x: 'x', y: 'y', stroke: colour, strokeWidth: 1.5, clip: true });
}

/** A circle is: the path that begins there shows through it. */
const isHollow = (symbol: SymbolName): boolean => symbol === 'circle';

function landmarkMark({ symbol, points }: Landmark, panels: number) {
  const rows = Array.from({ length: panels }, (_, panel) =>
    points.map(([x, y]) => ({ ...placeOf(panel, panels), x, y })),
  ).flat();
  const fill = isHollow(symbol) ? PAPER : INK;
  const look = {
    symbol: plotSymbol(symbol) as never,
    r: 4.5,
    fill,
    stroke: INK,
    strokeWidth: isHollow(symbol) ? 1.5 : 0.5,
  };
  return Plot.dot(rows, { ...FACETS, x: 'x', y: 'y', ...look, clip: true });
}
