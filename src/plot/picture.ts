import { type Canvas, gridOf } from './frame.ts';
import { type Block, type LegendItem, legend } from './legend.ts';
import { FAINT_INK, INK, PAPER } from './palette.ts';
import { type MakeElement, openDocument, roundPlaces, SVG_NAMESPACE, type SvgElement } from './svg.ts';
import { type TextStyle, textElement, wrapText } from './text.ts';

export const MARGIN = 16;
const FONTS = 'system-ui, sans-serif';
const TITLE: TextStyle = { size: 17, weight: 'bold', colour: INK };
const SUBTITLE: TextStyle = { size: 13, weight: 'normal', colour: FAINT_INK };

/** The part above the panels. */
export interface Heading {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Items of the legend. */
  readonly items: readonly LegendItem[];
}

/** The surroundings in which a chart is drawn below its heading. */
export interface Body {
  readonly element: MakeElement;
  /** Document that Observable Plot draws in. */
  readonly document: unknown;
  /** Pixels that the heading takes. */
  readonly top: number;
}

/**
 * Draws a picture as the text of a self-contained SVG file: a heading, and what `draw` makes below it.
 *
 * @param draw Returns the elements and the height of the whole picture in pixels.
 */
export function picture(
  heading: Heading,
  width: number,
  draw: (body: Body) => { readonly elements: readonly SvgElement[]; readonly height: number },
): string {
  const { document, element } = openDocument();
  const top = headingOf(element, heading, width);
  const { elements, height } = draw({ element, document, top: top.height });
  const root = element(
    'svg',
    {
      xmlns: SVG_NAMESPACE,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': heading.title,
      'font-family': FONTS,
    },
    element('title', {}, heading.title),
    element('rect', { width, height, rx: 6, fill: PAPER }),
    ...top.elements,
    ...elements,
  );
  roundPlaces(root);
  return `${root}\n`;
}

/** A picture of panels. */
export interface PanelPicture extends Heading {
  readonly panels: number;
  /** Width in pixels: 760 with one panel, else 900. */
  readonly width?: number | undefined;
  /** Height in pixels: that of the heading, 70 for the axis, and 270 per row of panels. */
  readonly height?: number | undefined;
}

/** Draws a picture of panels in a grid. @throws RangeError if it is too small. */
export function panelPicture(of: PanelPicture, draw: (canvas: Canvas) => SvgElement): string {
  const { panels, width = panels === 1 ? 760 : 900 } = of;
  return picture(of, width, ({ element, document, top }) => {
    const { height = Math.ceil(top) + 70 + 270 * gridOf(panels).rows } = of;
    const room = { width: width - MARGIN, height: height - top };
    if (room.width < 200 || room.height < 120) {
      throw new RangeError(`chart: ${width} by ${height} pixels are too few`);
    }
    return { elements: [asGroup(element, draw({ document, ...room }), top)], height };
  });
}

/** Draws title, subtitle and legend below each other. */
function headingOf(element: MakeElement, heading: Heading, width: number): Block {
  const within = width - 2 * MARGIN;
  const elements: SvgElement[] = [];
  let y = MARGIN - 4;
  for (const [text, style] of [
    [heading.title, TITLE] as const,
    [heading.subtitle ?? '', SUBTITLE] as const,
  ]) {
    for (const line of wrapText(text, within, style)) {
      y += style.size * 1.35;
      elements.push(textElement(element, line, { x: MARGIN, y }, style));
    }
  }
  const names = legend(element, heading.items, { x: MARGIN, y: y + 8, width: within });
  return { elements: [...elements, ...names.elements], height: y + 8 + names.height };
}

/**
 * Turns what Plot drew into a group: without its style sheet, which is for a whole picture, and with clip paths that
 * are numbered from the first (Plot counts them on from chart to chart).
 */
export function asGroup(element: MakeElement, drawing: SvgElement, top: number): SvgElement {
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
