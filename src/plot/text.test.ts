import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFont } from './font.ts';
import { COLOURS, levelStrokeOf, strokeOf } from './palette.ts';
import { shortenedText, textWidth, wrapText } from './text.ts';

describe('textWidth', () => {
  // Advances of DejaVu Sans 2.37 in 2,048ths of an em, as fontTools reads them: `TTFont(file)['hmtx']`.
  it.each([
    ['momentum', 11_897],
    ['Adam', 5_951],
    ['0.0001', 7_166],
    ['WWWW', 8_100],
    ['ê·⁻⁵', 3_813],
    ['iiii', 2_276],
  ])('is the advances of our font together: %s', (text, units) => {
    expect(textWidth(text, 12)).toBeCloseTo((12 * units) / 2_048, 10);
  });

  it('takes no room for a mark on a letter, more for bold, and enough for what the font has not', () => {
    expect(textWidth('m\u0302', 12)).toBe(textWidth('m', 12));
    expect(textWidth('rule', 12, 'bold')).toBeGreaterThan(textWidth('rule', 12));
    expect(textWidth('日本語', 12)).toBeGreaterThanOrEqual(36);
    expect(textWidth('🚀', 12)).toBeGreaterThanOrEqual(14.9);
  });
});

describe('wrapText and shortenedText', () => {
  const style = { size: 13, weight: 'bold', colour: '#000000' } as const;
  const text = fc.string({ unit: 'grapheme', maxLength: 80 });

  it('keep within their width, whatever the words', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 300 }), (words, width) => {
        for (const line of [...wrapText(words, width, style), shortenedText(words, width, 13, 'bold')]) {
          // A single letter may be wider.
          if ([...new Intl.Segmenter('en').segment(line.replace('…', ''))].length > 1) {
            expect(textWidth(line, 13, 'bold')).toBeLessThanOrEqual(width);
          }
        }
        expect(wrapText(words, width, style).join('').replace(/\s/g, '')).toBe(words.replace(/\s/g, ''));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('leave alone what fits', () => {
    expect(wrapText('two  words', 200, style)).toEqual(['two words']);
    expect(shortenedText('momentum', textWidth('momentum', 12), 12)).toBe('momentum');
    expect(shortenedText('momentum', textWidth('momentum', 12) - 1, 12)).toBe('moment…');
  });
});

describe('readFont', () => {
  it('refuses a file that is no font', () => {
    expect(() => readFont(new Uint8Array(64))).toThrow(RangeError);
    expect(() => readFont(readFileSync(new URL('../../package.json', import.meta.url)))).toThrow(RangeError);
  });
});

/** WCAG 2.2, "relative luminance" and "contrast ratio", of a colour on white. */
function contrastOnWhite(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

describe('the palette', () => {
  it.each([...COLOURS, levelStrokeOf(0).colour])('has lines of 3 : 1 or more on white: %s', (colour) => {
    expect(contrastOnWhite(colour)).toBeGreaterThanOrEqual(3);
    expect(contrastOnWhite('#e69f00')).toBeCloseTo(2.25, 2);
  });

  it('tells the first seven lines apart by their dashes alone, and forty-nine by dashes and colour', () => {
    const strokes = Array.from({ length: 49 }, (_, i) => strokeOf(i));
    expect(new Set(strokes.slice(0, 7).map(({ dashes }) => dashes)).size).toBe(7);
    expect(new Set(strokes.map(({ colour, dashes }) => `${colour} ${dashes}`)).size).toBe(49);
  });
});
