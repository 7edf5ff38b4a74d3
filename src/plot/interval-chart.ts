import * as Plot from '@observablehq/plot';
import type { LegendItem } from './legend.ts';
import { FAINT_INK, INK, INKED, levelStrokeOf, type Stroke, strokeOf } from './palette.ts';
import { asGroup, type Body, MARGIN, picture } from './picture.ts';
import { type SvgElement, writable } from './svg.ts';
import { plotSymbol, type SymbolName } from './symbols.ts';
import { shortenedText, textElement, textWidth } from './text.ts';
import { logTicks, tickText } from './ticks.ts';

/** Values with intervals, one per row, as plain data. */
export interface IntervalChart {
  readonly title: string;
  readonly subtitle?: string;
  /** Label of the values. Each panel has an axis of its own. */
  readonly label: string;
  /** Groups of the rows in the order of the legend. Each has a symbol, which is the same in every panel. */
  readonly groups: readonly IntervalGroup[];
  /** Panels from top to bottom. */
  readonly panels: readonly IntervalPanel[];
  /** Width of the whole picture in pixels; 760 unless given. */
  readonly width?: number;
}

export interface IntervalGroup {
  readonly name: string;
  readonly symbol: SymbolName;
}

export interface IntervalPanel {
  /** Title of the panel; may be empty if there is only one panel. */
  readonly title: string;
  /** Rows from top to bottom. */
  readonly rows: readonly IntervalRow[];
  /** How its values are spaced; `linear` unless given. */
  readonly scale?: 'linear' | 'log';
  /** A dashed line through all rows. */
  readonly level?: { readonly name: string; readonly x: number };
}

export interface IntervalRow {
  readonly name: string;
  /** Name of its group. */
  readonly group: string;
  /** Number of its look, as of a series in a line chart; the place of its group unless given. */
  readonly look?: number;
  /** Value; nothing is drawn if it is not finite. */
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Values that it is the mean of, drawn as faint points. */
  readonly points?: readonly number[];
}

const ROW = 26;
const TITLE_SIZE = 13;
const NAME_SIZE = 12;
/** Largest share of the picture's width that the names of rows take. */
const NAMES = 0.42;

/**
 * Draws the chart as the text of a self-contained SVG file, as `lineChart` does. Equal charts give equal bytes.
 *
 * @throws RangeError for no panels, a panel without rows, a row of an unknown group, and means that are not positive on a logarithmic axis.
 * @example
 * intervalChart({
 *   title: 'Two rules', label: 'accuracy', groups: [{ name: 'rules', symbol: 'circle' }],
 *   panels: [{ title: '', rows: [{ name: 'adam', group: 'rules', value: 0.9, low: 0.88, high: 0.92 }] }],
 * })
 */
export function intervalChart(chart: IntervalChart): string {
  checkChart(chart);
  const { title, subtitle, panels, width = 760 } = chart;
  return picture({ title, subtitle, items: itemsOf(chart) }, width, (body) => {
    let top = body.top + MARGIN / 2;
    const elements: SvgElement[] = [];
    for (const panel of panels) {
      const drawn = drawPanel(chart, panel, { ...body, top }, width);
      elements.push(...drawn.elements);
      top += drawn.height;
    }
    return { elements, height: Math.ceil(top + MARGIN / 2) };
  });
}

/** Every group by its symbol, and every level. */
function itemsOf({ groups, panels }: IntervalChart): readonly LegendItem[] {
  const levels = new Set(panels.flatMap(({ level }) => (level ? [level.name] : [])));
  const rows = panels.flatMap((panel) => panel.rows);
  const own = rows.some(({ look }) => look !== undefined);
  return [
    ...groups.map(({ name, symbol }, i): LegendItem => {
      const bar = rows.some((row) => row.group === name && row.low !== undefined);
      const stroke: Stroke = own ? INKED : { ...strokeOf(i), dashes: 'none' };
      return { name, parts: bar ? ['line', symbol] : [symbol], stroke };
    }),
    ...[...levels].map((name, i): LegendItem => ({ name, parts: ['line'], stroke: levelStrokeOf(i) })),
  ];
}

function checkChart({ panels, groups }: IntervalChart): void {
  if (panels.length === 0) throw new RangeError('chart: expected at least one panel');
  for (const { title, rows, scale } of panels) {
    if (rows.length === 0) throw new RangeError(`chart, panel '${title}': expected at least one row`);
    const low = scale === 'log' && rows.find(({ value }) => value <= 0);
    if (low)
      throw new RangeError(`chart, row '${low.name}': ${low.value} cannot stand on a logarithmic axis`);
    const other = rows.find(({ group }) => groups.every(({ name }) => name !== group));
    if (other !== undefined) throw new RangeError(`chart, row '${other.name}': no group '${other.group}'`);
  }
}

/** The axis of values of a panel. On a logarithmic one, an interval that reaches down to 0 or further begins at its edge. */
function axisOf(scale: 'linear' | 'log', rows: readonly IntervalRow[]) {
  if (scale === 'linear') {
    return { x: { nice: true }, marks: { tickSpacing: 80 }, within: (low: number) => low };
  }
  const drawn = rows.flatMap(({ value, low, high, points = [] }) => [value, low, high, ...points]);
  const positive = drawn.filter((x): x is number => x !== undefined && Number.isFinite(x) && x > 0);
  const [least, most] = [Math.min(...positive) / 1.3, Math.max(...positive) * 1.3];
  return {
    x: { type: 'log', domain: [least, most] } as const,
    marks: { ticks: [...logTicks(least, most)] },
    within: (low: number) => Math.max(low, least),
  };
}

function drawPanel(
  { label, groups, panels }: IntervalChart,
  { title, rows, level, scale = 'linear' }: IntervalPanel,
  { element, document, top }: Body,
  width: number,
): { readonly elements: readonly SvgElement[]; readonly height: number } {
  const titled = title === '' ? 0 : TITLE_SIZE * 1.6;
  const height = ROW * rows.length + 56;
  const names = panels.flatMap((panel) => panel.rows.map(({ name }) => textWidth(name, NAME_SIZE)));
  const left = Math.min(Math.max(...names) + 14, NAMES * width);
  const data = rows.map((row, y) => {
    const { look = groups.findIndex(({ name }) => name === row.group) } = row;
    return { ...row, y, colour: strokeOf(look).colour };
  });
  const levelLook = levelStrokeOf(0);
  const { x, marks: ticks, within } = axisOf(scale, rows);
  const points = data.flatMap(({ points: own = [], y, colour }) => own.map((x) => ({ x, y, colour })));
  const drawing = Plot.plot({
    document: document as never,
    width: width - MARGIN,
    height,
    marginTop: 6,
    marginRight: 18,
    marginBottom: 46,
    marginLeft: left,
    style: { fontSize: '12px', color: INK } as never,
    x,
    y: { type: 'point', domain: rows.map((_, y) => y), padding: 0.5 },
    marks: [
      Plot.gridX({ ...ticks, stroke: FAINT_INK, strokeOpacity: 0.15 }),
      Plot.axisX({
        ...ticks,
        label: writable(label),
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 40,
        text: tickText(scale),
      } as never),
      Plot.axisY({
        label: null,
        tickSize: 0,
        text: ((y: number) => shortenedText(writable(rows[y]?.name ?? ''), left - 14, NAME_SIZE)) as never,
      } as never),
      Plot.frame({ stroke: FAINT_INK, strokeOpacity: 0.35 }),
      ...(level === undefined
        ? []
        : [
            Plot.ruleX([level.x], {
              stroke: levelLook.colour,
              strokeDasharray: levelLook.dashes,
              strokeWidth: 1.5,
            }),
          ]),
      Plot.dot(points, { x: 'x', y: 'y', r: 2.5, fill: 'colour', fillOpacity: 0.35 }),
      Plot.link(
        data.flatMap(({ low, high, ...row }) =>
          low === undefined || high === undefined ? [] : [{ ...row, low: within(low), high }],
        ),
        { x1: 'low', x2: 'high', y: 'y', stroke: 'colour', strokeWidth: 2.5 },
      ),
      ...groups.map(({ name, symbol }) =>
        Plot.dot(
          data.filter(({ group }) => group === name),
          { x: 'value', y: 'y', r: 4.5, fill: 'colour', symbol: plotSymbol(symbol) as never },
        ),
      ),
    ],
  });
  const style = { size: TITLE_SIZE, weight: 'bold', colour: INK } as const;
  const caption = textElement(element, title, { x: MARGIN, y: top + TITLE_SIZE }, style);
  return {
    elements: [
      ...(titled === 0 ? [] : [caption]),
      asGroup(element, drawing as unknown as SvgElement, top + titled),
    ],
    height: titled + height,
  };
}
