import * as Plot from '@observablehq/plot';
import { itemsOf } from './legend.ts';
import { FAINT_INK, INK, LEVEL, strokeOf } from './palette.ts';
import { asGroup, type Body, MARGIN, picture } from './picture.ts';
import { type SvgElement, writable } from './svg.ts';
import { textElement, textWidth } from './text.ts';
import { tickText } from './ticks.ts';

/** Values with intervals, one a row, as plain data. */
export interface IntervalChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What the values are. Each panel has an axis of its own. */
  readonly label: string;
  /** The groups of the rows, in the order of the legend: the same group is the same colour in every panel. */
  readonly groups: readonly string[];
  /** Below each other. */
  readonly panels: readonly IntervalPanel[];
  /** Of the whole picture, in pixels: 760 unless given. */
  readonly width?: number;
}

export interface IntervalPanel {
  /** May be empty where there is but one panel. */
  readonly title: string;
  /** From top to bottom. */
  readonly rows: readonly IntervalRow[];
  /** A dashed line through all rows. */
  readonly level?: { readonly name: string; readonly x: number };
}

export interface IntervalRow {
  readonly name: string;
  readonly group: string;
  /** Nothing is drawn where it is not finite. */
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** What the value stands for, as faint points. */
  readonly points?: readonly number[];
}

const ROW = 26;
const TITLE_SIZE = 13;
const NAME_SIZE = 12;
/** The names of rows have at most so much of the picture's width. */
const NAMES = 0.42;

/**
 * The chart as the text of an SVG file that stands alone, like `lineChart`: equal charts give equal bytes.
 *
 * @throws RangeError for no panels, a panel without rows, and a row of an unknown group.
 * @example
 * intervalChart({
 *   title: 'Two rules', label: 'accuracy', groups: ['rules'],
 *   panels: [{ title: '', rows: [{ name: 'adam', group: 'rules', value: 0.9, low: 0.88, high: 0.92 }] }],
 * })
 */
export function intervalChart(chart: IntervalChart): string {
  checkChart(chart);
  const { title, subtitle, groups, panels, width = 760 } = chart;
  const named = new Set(panels.flatMap(({ rows }) => rows.map(({ group }) => group)));
  const levels = new Set(panels.flatMap(({ level }) => (level ? [level.name] : [])));
  const heading = {
    title,
    subtitle,
    items: itemsOf({
      panels: [{ title: '', series: groups.map((name) => ({ name, ...(named.has(name) ? SAMPLE : {}) })) }],
      levels: [...levels].map((name) => ({ name, y: 0 })),
    }),
  };
  return picture(heading, width, (body) => {
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

/** What the legend shows of a group that has rows. */
const SAMPLE = { line: [[0, 0]], points: [[0, 0]] } as const;

function checkChart({ panels, groups }: IntervalChart): void {
  if (panels.length === 0) throw new RangeError('chart: expected at least one panel');
  for (const { title, rows } of panels) {
    if (rows.length === 0) throw new RangeError(`chart, panel '${title}': expected at least one row`);
    const other = rows.find(({ group }) => !groups.includes(group));
    if (other !== undefined) throw new RangeError(`chart, row '${other.name}': no group '${other.group}'`);
  }
}

function drawPanel(
  { label, groups, panels }: IntervalChart,
  { title, rows, level }: IntervalPanel,
  { element, document, top }: Body,
  width: number,
): { readonly elements: readonly SvgElement[]; readonly height: number } {
  const titled = title === '' ? 0 : TITLE_SIZE * 1.6;
  const height = ROW * rows.length + 56;
  const names = panels.flatMap((panel) => panel.rows.map(({ name }) => textWidth(name, NAME_SIZE)));
  const left = Math.min(Math.max(...names) + 14, NAMES * width);
  const data = rows.map((row, y) => ({ ...row, y, colour: strokeOf(groups.indexOf(row.group)).colour }));
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
    x: { nice: true },
    y: { type: 'point', domain: rows.map((_, y) => y), padding: 0.5 },
    marks: [
      Plot.gridX({ tickSpacing: 80, stroke: FAINT_INK, strokeOpacity: 0.15 }),
      Plot.axisX({
        tickSpacing: 80,
        label: writable(label),
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 40,
        text: tickText,
      } as never),
      Plot.axisY({
        label: null,
        tickSize: 0,
        text: ((y: number) => shortened(rows[y]?.name ?? '', left - 14)) as never,
      } as never),
      Plot.frame({ stroke: FAINT_INK, strokeOpacity: 0.35 }),
      ...(level === undefined
        ? []
        : [Plot.ruleX([level.x], { stroke: LEVEL.colour, strokeDasharray: LEVEL.dashes, strokeWidth: 1.5 })]),
      Plot.dot(points, { x: 'x', y: 'y', r: 2.5, fill: 'colour', fillOpacity: 0.35 }),
      Plot.link(
        data.filter(({ low, high }) => low !== undefined && high !== undefined),
        { x1: 'low', x2: 'high', y: 'y', stroke: 'colour', strokeWidth: 2.5 },
      ),
      Plot.dot(data, { x: 'value', y: 'y', r: 4.5, fill: 'colour' }),
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

/** Cut off where it is wider than `width` pixels. */
function shortened(name: string, width: number): string {
  const text = writable(name);
  if (textWidth(text, NAME_SIZE) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, NAME_SIZE) > width) letters.pop();
  return `${letters.join('')}…`;
}
