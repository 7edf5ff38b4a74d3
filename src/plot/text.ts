import type { MakeElement, SvgElement } from './svg.ts';

/** Characters of the usual sans-serif fonts are narrower than this on average; whose width counts must not be cut. */
const CHARACTER_WIDTH = 0.58;

/** An upper estimate of how wide a text is, in pixels: the viewer picks the font, so that nobody can know. */
export function textWidth(text: string, size: number): number {
  return [...text].length * CHARACTER_WIDTH * size;
}

/** Lines of words no wider than `width` pixels; a longer word stands alone. */
export function wrapText(text: string, width: number, size: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export interface TextStyle {
  readonly size: number;
  readonly weight: 'normal' | 'bold';
  readonly colour: string;
}

/** One line of text from x on, its baseline at y. */
export function textElement(
  element: MakeElement,
  text: string,
  { x, y }: { readonly x: number; readonly y: number },
  { size, weight, colour }: TextStyle,
): SvgElement {
  const attributes = { x, y, 'font-size': size, 'font-weight': weight, fill: colour };
  return element('text', attributes, text);
}
