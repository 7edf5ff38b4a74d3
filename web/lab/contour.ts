import type { TestFunction } from '../../src/functions/index.ts';

/** A function's contours as pixels [height, width, 4], grey with an opacity: they lie on any ground. */
export interface Contours {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** Two contours per factor of ten above the least value, from a ten-thousandth on. */
const PER_DECADE = 2;
const LOWEST = -4 * PER_DECADE;
const HIGHEST = 4 * PER_DECADE;
const GREY = [104, 122, 143] as const;
const LINE = 120;
const DEEPEST = 96;

/** Draws the contours of a function of the plane, the lower the darker. */
export function contoursOf({ value, least, bounds }: TestFunction, width: number): Contours {
  const [[left, right], [bottom, top]] = bounds;
  const height = Math.round((width * (top - bottom)) / (right - left));
  const levels = new Int8Array((width + 1) * (height + 1));
  for (let j = 0; j <= height; j++) {
    const y = top - (j / height) * (top - bottom);
    for (let i = 0; i <= width; i++) {
      const x = left + (i / width) * (right - left);
      levels[j * (width + 1) + i] = levelOf(value([x, y]) - least);
    }
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const at = j * (width + 1) + i;
      const level = levels[at]!;
      const edge = level !== levels[at + 1] || level !== levels[at + width + 1];
      const depth = (DEEPEST * (HIGHEST - level)) / (HIGHEST - LOWEST);
      pixels.set([...GREY, edge ? LINE : depth], (j * width + i) * 4);
    }
  }
  return { width, height, pixels };
}

function levelOf(excess: number): number {
  const level = Math.floor(PER_DECADE * Math.log10(Math.max(excess, 1e-300)));
  return Math.min(HIGHEST, Math.max(LOWEST, level));
}
