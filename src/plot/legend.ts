import type { LineChart } from './chart.ts';
import { FAINT_INK, INK, LEVEL, PAPER, type Stroke, strokeOf } from './palette.ts';
import type { MakeElement, SvgElement } from './svg.ts';
import { textElement, textWidth } from './text.ts';

/** A part of the picture, `height` pixels high. */
export interface Block {
  readonly elements: readonly SvgElement[];
  readonly height: number;
}

/** What a legend names of a chart. */
type Named = Pick<LineChart, 'panels' | 'levels'>;

/** The names of a chart's series, in the order in which they first appear, with their looks. */
export function strokesOf(chart: Named): ReadonlyMap<string, Stroke> {
  const names = new Set(chart.panels.flatMap(({ series }) => series.map(({ name }) => name)));
  return new Map([...names].map((name, index) => [name, strokeOf(index)]));
}

const SIZE = 12;
const ROW = 20;
const SAMPLE = 24;
const GAP = 20;

/** A name and what it looks like. */
export interface LegendItem {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly stroke: Stroke;
}

/** `points` are small, `circle` and `star` are marks of single places. */
export type Part = 'band' | 'line' | 'points' | 'circle' | 'star';

/** Every series and level of a chart. */
export function itemsOf(chart: Named): readonly LegendItem[] {
  return [
    ...[...strokesOf(chart)].map(([name, stroke]) => ({ name, parts: partsOf(chart, name), stroke })),
    ...(chart.levels ?? []).map(({ name }) => ({ name, parts: ['line'] as const, stroke: LEVEL })),
  ];
}

/** Every item with a sample of its look, in rows from (x, y) on; in columns where one row is not enough. */
export function legend(
  element: MakeElement,
  items: readonly LegendItem[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): Block {
  if (items.length === 0) return { elements: [], height: 0 };
  const elements: SvgElement[] = [];
  const widths = items.map(({ name }) => SAMPLE + 6 + textWidth(name, SIZE));
  const oneRow = widths.reduce((sum, one) => sum + one + GAP, -GAP) <= width;
  const widest = Math.max(...widths);
  let [left, row] = [0, 0];
  for (const [i, { name, parts, stroke }] of items.entries()) {
    const wide = oneRow ? (widths[i] as number) : widest;
    if (left > 0 && left + wide > width) [left, row] = [0, row + 1];
    const at = { x: x + left, y: y + row * ROW + ROW / 2 };
    const style = { size: SIZE, weight: 'normal', colour: stroke === LEVEL ? FAINT_INK : INK } as const;
    elements.push(
      ...parts.map((part) => sample(element, part, stroke, at)),
      textElement(element, name, { x: at.x + SAMPLE + 6, y: at.y + 4 }, style),
    );
    left += wide + GAP;
  }
  return { elements, height: (row + 1) * ROW };
}

/** What is drawn of a series in any of the panels. */
function partsOf({ panels }: Named, name: string): readonly ('band' | 'line' | 'points')[] {
  const series = panels.flatMap((panel) => panel.series.filter((one) => one.name === name));
  const has = (part: 'band' | 'line' | 'points') => series.some((one) => (one[part]?.length ?? 0) > 0);
  return (['band', 'line', 'points'] as const).filter(has);
}

function sample(
  element: MakeElement,
  part: Part,
  { colour, dashes }: Stroke,
  { x, y }: { readonly x: number; readonly y: number },
): SvgElement {
  if (part === 'band') {
    const place = { x, y: y - 6, width: SAMPLE, height: 12 };
    return element('rect', { ...place, fill: colour, 'fill-opacity': 0.2 });
  }
  if (part === 'circle' || part === 'star') return symbol(element, part, { x: x + SAMPLE / 2, y });
  if (part === 'points') return element('circle', { cx: x + SAMPLE / 2, cy: y, r: 2.5, fill: colour });
  const look = { stroke: colour, 'stroke-width': 2, 'stroke-dasharray': dashes };
  return element('line', { x1: x, x2: x + SAMPLE, y1: y, y2: y, ...look });
}

/** The symbols of Observable Plot, 4.5 pixels in radius as it draws them in panels. */
function symbol(
  element: MakeElement,
  part: 'circle' | 'star',
  { x, y }: { readonly x: number; readonly y: number },
): SvgElement {
  const look = { fill: part === 'circle' ? PAPER : INK, stroke: INK, 'stroke-width': 1.5 };
  if (part === 'circle') return element('circle', { cx: x, cy: y, r: 4.5, ...look });
  const corners = Array.from({ length: 10 }, (_, i) => {
    const [radius, angle] = [i % 2 === 0 ? 7 : 2.7, (Math.PI * i) / 5];
    return `${(x + radius * Math.sin(angle)).toFixed(2)},${(y - radius * Math.cos(angle)).toFixed(2)}`;
  });
  return element('polygon', { points: corners.join(' '), ...look, 'stroke-width': 0.5 });
}
