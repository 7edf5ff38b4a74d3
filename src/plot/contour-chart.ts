import * as Plot from '@observablehq/plot';
import { type Axis, checkDomain, type Point } from './chart.ts';
import { type Canvas, FACETS, placeOf, plotPanels } from './frame.ts';
import { FAINT_INK, INK, INKED, PAPER, strokeOf } from './palette.ts';
import { panelPicture } from './picture.ts';
import { roundPaths, type SvgElement } from './svg.ts';
import { plotSymbol, type SymbolName } from './symbols.ts';

/** Paths over the contours of a surface, one panel per path. */
export interface ContourChart {
  readonly title: string;
  /** A sentence or two below the title; broken into lines if it is long. */
  readonly subtitle?: string;
  /** Linear axis with a domain; what lies outside is cut off. */
  readonly x: BoundedAxis;
  readonly y: BoundedAxis;
  /** Height at a place. There is no contour where it is not finite. */
  readonly surface: (x: number, y: number) => number;
  /** Heights of the contours, ascending. The lower the ground, the darker it is. */
  readonly levels: readonly number[];
  /** Panels: up to three stand side by side, more in a grid. */
  readonly panels: readonly ContourPanel[];
  /** Places that are marked in every panel. */
  readonly landmarks: readonly Landmark[];
  /** Size in pixels, as that of a line chart. */
  readonly width?: number;
  readonly height?: number;
}

export type BoundedAxis = Axis & Required<Pick<Axis, 'domain'>> & { readonly scale?: 'linear' };

export interface ContourPanel {
  readonly title: string;
  /** Places of the path in order; one that is not finite is a gap. */
  readonly path: readonly Point[];
}

/** Single places with the same mark. */
export interface Landmark {
  readonly name: string;
  readonly symbol: SymbolName;
  readonly points: readonly Point[];
}

const LOW = '#c9dcee';
const HIGH = PAPER;
/** Distance in pixels between the places of the grid on which contours are found. */
const PIXELS = 2;

/**
 * Draws the chart as the text of a self-contained SVG file, as `lineChart` does.
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
    // The ground below the lowest contour is that of the frame.
    below: [Plot.frame({ fill: LOW }), contourMark(chart)],
    above: [pathMark(panels), ...landmarks.map((landmark) => landmarkMark(landmark, panels.length))],
    color: { type: 'linear', domain: [levels[0], levels.at(-1)], range: [LOW, HIGH], clamp: true },
  });
  roundPaths(drawing);
  return drawing;
}

/** A mark without data of its own is drawn in every panel. */
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

/** A circle is hollow: the path that begins there shows through it. */
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
