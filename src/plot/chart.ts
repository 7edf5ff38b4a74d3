/** [x, y]. */
export type Point = readonly [x: number, y: number];

/** [x, low, high]: the ends of a band at x. */
export type BandEnds = readonly [x: number, low: number, high: number];

/** A chart of lines as plain data. Series of the same name have the same colour in every panel. */
export interface LineChart {
  readonly title: string;
  /** A sentence or two below the title; broken into lines if it is long. */
  readonly subtitle?: string;
  readonly x: Axis;
  /** The axis that all panels share. */
  readonly y: Axis;
  /** Names in the order of their looks, drawn here or not, so that a name looks the same in several charts. */
  readonly names?: readonly string[];
  /** Panels: up to three stand side by side, more in a grid. */
  readonly panels: readonly Panel[];
  /** Horizontal dashed lines through every panel, such as the level of chance. */
  readonly levels?: readonly Level[];
  /** Width of the whole picture in pixels: 760 with one panel, else 900. */
  readonly width?: number;
  /** Height of the whole picture in pixels: that of the heading, 70 for the axis, and 270 per row of panels. */
  readonly height?: number;
}

export interface Axis {
  readonly label: string;
  /** `linear` unless given. */
  readonly scale?: 'linear' | 'log';
  /** Numbers at the axis; round ones unless given. */
  readonly ticks?: readonly number[];
  /** Ends of the axis; those of the data unless given. What lies outside is cut off. */
  readonly domain?: readonly [low: number, high: number];
}

export interface Panel {
  /** Title of the panel; may be empty if there is only one panel. */
  readonly title: string;
  readonly series: readonly Series[];
}

/** A line with a translucent band around it and faint single points; each of them may be missing. */
export interface Series {
  readonly name: string;
  /** Name of another series that it goes with: it has the colour of that series, and its line is thin and dotted. */
  readonly of?: string;
  /** Points of the line in the order of drawing. */
  readonly line?: readonly Point[];
  readonly band?: readonly BandEnds[];
  readonly points?: readonly Point[];
}

export interface Level {
  readonly name: string;
  readonly y: number;
}

/**
 * Checks that a chart can be drawn. Values that are not finite are allowed: see `lineChart`.
 *
 * @throws RangeError for no panels, a panel without series, a series with nothing finite to draw, twice the same name in a
 *   panel, a domain that is not an ascending pair, and values that are not positive on a logarithmic axis.
 */
export function checkChart(chart: LineChart): void {
  if (chart.panels.length === 0) throw new RangeError('chart: expected at least one panel');
  for (const panel of chart.panels) checkPanel(panel, chart);
  for (const { name, y } of chart.levels ?? []) {
    if (!Number.isFinite(y))
      throw new RangeError(`chart, level '${name}': expected a finite number, got ${y}`);
    checkPositive([y], chart.y, `level '${name}'`);
  }
  for (const axis of [chart.x, chart.y]) checkDomain(axis);
}

function checkPanel({ title, series }: Panel, { x, y }: LineChart): void {
  if (series.length === 0) throw new RangeError(`chart, panel '${title}': expected at least one series`);
  if (new Set(series.map(({ name }) => name)).size < series.length) {
    throw new RangeError(`chart, panel '${title}': two series have the same name`);
  }
  for (const { name, line = [], band = [], points = [] } of series) {
    const drawn = [...line, ...band, ...points].filter((values) => values.every(Number.isFinite));
    if (drawn.length === 0) {
      throw new RangeError(`chart, panel '${title}', series '${name}': nothing to draw`);
    }
    const where = `panel '${title}', series '${name}'`;
    for (const [first, ...others] of drawn) {
      checkPositive([first], x, where);
      checkPositive(others, y, where);
    }
  }
}

function checkPositive(values: readonly number[], axis: Axis, where: string): void {
  const bad = axis.scale === 'log' ? values.find((value) => value <= 0) : undefined;
  if (bad === undefined) return;
  throw new RangeError(`chart, ${where}: ${bad} cannot stand on the logarithmic axis '${axis.label}'`);
}

/** @throws RangeError for a domain that is not an ascending pair that the scale can show. */
export function checkDomain({ label, domain, scale }: Axis): void {
  if (domain === undefined) return;
  const [low, high] = domain;
  if (Number.isFinite(low) && Number.isFinite(high) && low < high && (scale !== 'log' || low > 0)) return;
  throw new RangeError(`chart, axis '${label}': cannot go from ${low} to ${high}`);
}
