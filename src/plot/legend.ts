import type { LineChart } from './chart.ts';
import { DOTS, FAINT_INK, INK, levelStrokeOf, PAPER, type Stroke, strokeOf } from './palette.ts';
import type { MakeElement, SvgElement } from './svg.ts';
import { cornersOf, type SymbolName } from './symbols.ts';
import { shortenedText, textElement, textWidth } from './text.ts';

/** A part of the picture, `height` pixels high. */
export interface Block {
  readonly elements: readonly SvgElement[];
  readonly height: number;
}

/** The parts of a chart that its legend names. */
type Named = Pick<LineChart, 'panels' | 'levels' | 'names'>;

/**
 * Returns the names of a chart's series with their looks, in the order of its `names`, then in that of their first appearance. A series that
 * goes with another has no place in that order.
 */
export function strokesOf({ panels, names = [] }: Named): ReadonlyMap<string, Stroke> {
  const drawn = new Map(panels.flatMap(({ series }) => series.map((one) => [one.name, one] as const)));
  const own = [...drawn.values()].filter(({ of }) => of === undefined).map(({ name }) => name);
  const looks = new Map([...new Set([...names, ...own])].map((name, index) => [name, strokeOf(index)]));
  return new Map(
    [...drawn].map(([name, { of }]) => [
      name,
      of === undefined ? (looks.get(name) as Stroke) : beside(looks.get(of)),
    ]),
  );
}

const beside = (stroke = strokeOf(0)): Stroke => ({ colour: stroke.colour, dashes: DOTS, width: 1.25 });

const SIZE = 12;
const ROW = 20;
const SAMPLE = 24;
const GAP = 20;

/** A name and its look. */
export interface LegendItem {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly stroke: Stroke;
  /** Whether its symbol is a ring. */
  readonly hollow?: boolean;
}

/** Kinds of marks: `points` are small, symbols mark single places. */
export type Part = 'band' | 'line' | 'points' | SymbolName;

/** Returns the items of all series and levels of a chart. */
export function itemsOf(chart: Named): readonly LegendItem[] {
  return [
    ...[...strokesOf(chart)].map(([name, stroke]) => ({ name, parts: partsOf(chart, name), stroke })),
    ...(chart.levels ?? []).map(({ name }, i) => ({
      name,
      parts: ['line'] as const,
      stroke: levelStrokeOf(i),
    })),
  ];
}

/** Draws every item with a sample of its look, in rows that begin at (x, y), and in columns if one row is not enough. */
export function legend(
  element: MakeElement,
  items: readonly LegendItem[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): Block {
  if (items.length === 0) return { elements: [], height: 0 };
  const elements: SvgElement[] = [];
  const names = items.map(({ name }) => shortenedText(name, width - SAMPLE - 6, SIZE));
  const widths = names.map((name) => SAMPLE + 6 + textWidth(name, SIZE));
  const oneRow = widths.reduce((sum, one) => sum + one + GAP, -GAP) <= width;
  const widest = Math.max(...widths);
  let [left, row] = [0, 0];
  for (const [i, { parts, stroke, hollow = false }] of items.entries()) {
    const wide = oneRow ? (widths[i] as number) : widest;
    if (left > 0 && left + wide > width) [left, row] = [0, row + 1];
    const at = { x: x + left, y: y + row * ROW + ROW / 2 };
    const style = {
      size: SIZE,
      weight: 'normal',
      colour: stroke.colour === FAINT_INK ? FAINT_INK : INK,
    } as const;
    elements.push(
      ...parts.map((part) => sample(element, part, { ...stroke, hollow }, at)),
      textElement(element, names[i] as string, { x: at.x + SAMPLE + 6, y: at.y + 4 }, style),
    );
    left += wide + GAP;
  }
  return { elements, height: (row + 1) * ROW };
}

/** Returns the parts of a series that are drawn in any of the panels. */
function partsOf({ panels }: Named, name: string): readonly ('band' | 'line' | 'points')[] {
  const series = panels.flatMap((panel) => panel.series.filter((one) => one.name === name));
  const has = (part: 'band' | 'line' | 'points') => series.some((one) => (one[part]?.length ?? 0) > 0);
  return (['band', 'line', 'points'] as const).filter(has);
}

function sample(
  element: MakeElement,
  part: Part,
  { colour, dashes, width = 2, hollow }: Stroke & { readonly hollow: boolean },
  { x, y }: { readonly x: number; readonly y: number },
): SvgElement {
  if (part === 'band') {
    const place = { x, y: y - 6, width: SAMPLE, height: 12 };
    return element('rect', { ...place, fill: colour, 'fill-opacity': 0.2 });
  }
  if (part === 'points') return element('circle', { cx: x + SAMPLE / 2, cy: y, r: 2.5, fill: colour });
  if (part === 'line') {
    const look = { stroke: colour, 'stroke-width': width, 'stroke-dasharray': dashes };
    return element('line', { x1: x, x2: x + SAMPLE, y1: y, y2: y, ...look });
  }
  const look = hollow ? { fill: PAPER, stroke: colour, 'stroke-width': 1.5 } : { fill: colour };
  return symbol(element, part, { x: x + SAMPLE / 2, y }, look);
}

/** The radius of a symbol, the same as in panels. */
const RADIUS = 4.5;

function symbol(
  element: MakeElement,
  name: SymbolName,
  at: { readonly x: number; readonly y: number },
  look: Readonly<Record<string, string | number>>,
): SvgElement {
  if (name !== 'circle') return element('polygon', { points: cornersOf(name, at, RADIUS), ...look });
  return element('circle', { cx: at.x, cy: at.y, r: RADIUS, ...look });
}
