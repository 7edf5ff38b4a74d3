import { checkChart, type LineChart } from './chart.ts';
import { type Block, legend } from './legend.ts';
import { FAINT_INK, INK, PAPER } from './palette.ts';
import { drawPanels, gridOf } from './panels.ts';
import { type MakeElement, openDocument, roundPlaces, SVG_NAMESPACE, type SvgElement } from './svg.ts';
import { type TextStyle, textElement, wrapText } from './text.ts';

const MARGIN = 16;
const FONTS = 'system-ui, sans-serif';
const TITLE: TextStyle = { size: 17, weight: 'bold', colour: INK };
const SUBTITLE: TextStyle = { size: 13, weight: 'normal', colour: FAINT_INK };

/**
 * The chart as the text of an SVG file that stands alone: on a white ground of its own, so that it reads alike on light and
 * dark pages; texts stay texts; equal charts give equal bytes.
 *
 * Points, and places of a line or a band, whose x or y is not finite are left out; the line or band has a gap there.
 *
 * @throws RangeError as {@link checkChart}.
 * @example
 * lineChart({
 *   title: 'Reward while searching', x: { label: 'rule' }, y: { label: 'reward' },
 *   panels: [{ title: '', series: [{ name: 'random', line: [[1, 0.2], [2, 0.4]] }] }],
 * })
 */
export function lineChart(chart: LineChart): string {
  checkChart(chart);
  const panels = chart.panels.length;
  const { width = panels === 1 ? 760 : 900 } = chart;
  const { document, element } = openDocument();
  const top = heading(element, chart, width);
  const { height = Math.ceil(top.height) + 70 + 270 * gridOf(panels).rows } = chart;
  const room = { width: width - MARGIN, height: height - top.height };
  if (room.width < 200 || room.height < 120) {
    throw new RangeError(`chart: ${width} by ${height} pixels are too few`);
  }
  const drawing = drawPanels(chart, { document, ...room });
  const root = element(
    'svg',
    {
      xmlns: SVG_NAMESPACE,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': chart.title,
      'font-family': FONTS,
    },
    element('title', {}, chart.title),
    element('rect', { width, height, rx: 6, fill: PAPER }),
    ...top.elements,
    asGroup(element, drawing, top.height),
  );
  roundPlaces(root);
  return `${root}\n`;
}

/** Title, subtitle and legend, below each other. */
function heading(element: MakeElement, chart: LineChart, width: number): Block {
  const within = width - 2 * MARGIN;
  const elements: SvgElement[] = [];
  let y = MARGIN - 4;
  for (const [text, style] of [[chart.title, TITLE] as const, [chart.subtitle ?? '', SUBTITLE] as const]) {
    for (const line of wrapText(text, within, style.size)) {
      y += style.size * 1.35;
      elements.push(textElement(element, line, { x: MARGIN, y }, style));
    }
  }
  const names = legend(element, chart, { x: MARGIN, y: y + 8, width: within });
  return { elements: [...elements, ...names.elements], height: y + 8 + names.height };
}

/**
 * What Plot drew as a group of ours: without its style sheet, which speaks of a whole picture, and with clip paths that
 * are numbered from the first (Plot counts them on from chart to chart).
 */
function asGroup(element: MakeElement, drawing: SvgElement, top: number): SvgElement {
  const look = ['fill', 'text-anchor'].map((name) => [name, drawing.getAttribute(name) ?? '']);
  const attributes = { ...Object.fromEntries(look), color: INK, 'font-size': 12 };
  const parts = [...drawing.children].filter(({ localName }) => localName !== 'style');
  const group = element('g', { transform: `translate(0,${top})`, ...attributes }, ...parts);
  const clips = [...group.querySelectorAll('clipPath')].map((clip) => clip.getAttribute('id'));
  for (const part of group.querySelectorAll('[clip-path], clipPath')) {
    for (const name of ['id', 'clip-path']) {
      const value = part.getAttribute(name);
      const number = clips.findIndex((id) => value === id || value === `url(#${id})`);
      if (value !== null && number >= 0)
        part.setAttribute(name, value.replace(clips[number] ?? '', `panel-${number}`));
    }
  }
  return group;
}
