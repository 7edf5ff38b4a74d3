import { DOMParser } from 'linkedom';

/** The part of an element of the Document Object Model that is used here. */
export interface SvgElement {
  readonly children: Iterable<SvgElement>;
  readonly localName: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  append(...children: readonly (SvgElement | string)[]): void;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  toString(): string;
}

/** Makes an element of one document. Texts are escaped when the document is printed. */
export type MakeElement = (
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (SvgElement | string)[]
) => SvgElement;

export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/** Returns a new SVG document and the function that makes its elements. */
export function openDocument() {
  const document = new DOMParser().parseFromString(`<svg xmlns="${SVG_NAMESPACE}"/>`, 'image/svg+xml');
  const element: MakeElement = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG_NAMESPACE, name, undefined) as unknown as SvgElement;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, writable(String(value)));
    made.append(...children.map((child) => (typeof child === 'string' ? writable(child) : child)));
    return made;
  };
  return { document: document as unknown, element };
}

/** Returns a text as one line without what XML cannot write: most control characters, and halves of surrogate pairs. */
export function writable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0, section 2.2, leaves out
  const unwritable = /[\u0000-\u001f\ud800-\udfff\ufffe\uffff]/gu;
  return text.replace(/[\t\n\r]/g, ' ').replace(unwritable, '\ufffd');
}

const PLACES = ['transform', 'cx', 'cy', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'width', 'height'];

/** Rounds the places of an element and of all within it to a hundredth of a pixel: a smaller file, and the same everywhere. */
export function roundPlaces(root: SvgElement): void {
  for (const element of root.querySelectorAll('*')) {
    for (const name of PLACES) {
      const value = element.getAttribute(name);
      if (value?.includes('.') && !value.endsWith('em')) element.setAttribute(name, rounded(value));
    }
  }
}

/** Rounds the paths of an element to a tenth of a pixel: contours are most of their picture's bytes. */
export function roundPaths(root: SvgElement): void {
  for (const element of root.querySelectorAll('path')) {
    const value = element.getAttribute('d');
    if (value !== null) element.setAttribute('d', rounded(value, 1));
  }
}

const rounded = (text: string, digits = 2): string =>
  text.replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(digits)) || 0));
