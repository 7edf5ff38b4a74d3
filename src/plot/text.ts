import { fontOf } from './font.ts';
import type { MakeElement, SvgElement } from './svg.ts';

/** Width in em of characters that our font does not have: that of an emoji, the widest of them; Chinese and Japanese have 1. */
const OTHER_WIDTH = 1.25;

export type Weight = 'normal' | 'bold';

/**
 * Estimates the largest width of a text in pixels. The viewer picks the font, so it is measured in DejaVu Sans, the widest of the usual
 * sans-serif fonts, which Debian has for `system-ui`.
 */
export function textWidth(text: string, size: number, weight: Weight = 'normal'): number {
  const { advanceOf } = fontOf(weight);
  return [...text].reduce((sum, character) => sum + (advanceOf(character) ?? OTHER_WIDTH), 0) * size;
}

/** Breaks a text into lines no wider than `width` pixels; a word that is wider is broken, too. */
export function wrapText(text: string, width: number, { size, weight }: TextStyle): readonly string[] {
  const fits = (line: string) => textWidth(line, size, weight) <= width;
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(...brokenWord(word, fits));
  }
  return lines;
}

function brokenWord(word: string, fits: (line: string) => boolean): readonly string[] {
  const parts = [''];
  for (const letter of lettersOf(word)) {
    const longer = parts.at(-1) + letter;
    if (parts.at(-1) === '' || fits(longer)) parts[parts.length - 1] = longer;
    else parts.push(letter);
  }
  return parts;
}

/** Cuts a text off with an ellipsis if it is wider than `width` pixels. */
export function shortenedText(text: string, width: number, size: number, weight: Weight = 'normal'): string {
  if (textWidth(text, size, weight) <= width) return text;
  const letters = lettersOf(text);
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, size, weight) > width) letters.pop();
  return `${letters.join('')}…`;
}

/** Splits a text into letters with their marks, so that a hat stays on its letter. */
const lettersOf = (text: string): string[] =>
  [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);

export interface TextStyle {
  readonly size: number;
  readonly weight: Weight;
  readonly colour: string;
}

/** Draws one line of text that begins at x, with its baseline at y. */
export function textElement(
  element: MakeElement,
  text: string,
  { x, y }: { readonly x: number; readonly y: number },
  { size, weight, colour }: TextStyle,
): SvgElement {
  const attributes = { x, y, 'font-size': size, 'font-weight': weight, fill: colour };
  return element('text', attributes, text);
}
