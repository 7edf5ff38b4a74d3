import { readFileSync } from 'node:fs';
import { packageFolder } from '../package-folder.ts';

/** Widths of the characters of a font. */
export interface Font {
  /** Width in em; undefined if the font does not have the character. */
  advanceOf(character: string): number | undefined;
}

/** Font files that pictures in pixels are drawn with, and their family. */
export const FONT_FAMILY = 'DejaVu Sans';
export const FONT_FILES = ['DejaVuSans', 'DejaVuSans-Bold'].map(
  (name) => new URL(`assets/fonts/${name}.ttf`, packageFolder),
) as [URL, URL];

let loaded: Readonly<Record<'normal' | 'bold', Font>> | undefined;

/** The fonts that come with the package, read once. */
export function fontOf(weight: 'normal' | 'bold'): Font {
  const [normal, bold] = FONT_FILES;
  loaded ??= { normal: readFont(readFileSync(normal)), bold: readFont(readFileSync(bold)) };
  return loaded[weight];
}

/**
 * Reads the tables of a TrueType file that say how wide its characters are: `head`, `hhea`, `hmtx`, and of `cmap` the subtable of
 * format 4, which has the characters up to U+FFFF. OpenType specification 1.9, chapter "Font tables".
 *
 * @throws RangeError if the file does not have them.
 */
export function readFont(file: Uint8Array): Font {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const table = tableFinder(view);
  const unitsPerEm = view.getUint16(table('head') + 18);
  const measured = view.getUint16(table('hhea') + 34);
  const widths = table('hmtx');
  const glyphOf = glyphFinder(view, table('cmap'));
  return {
    advanceOf(character) {
      const glyph = glyphOf(character.codePointAt(0) ?? 0);
      // Glyphs beyond the measured ones are as wide as the last of these.
      return glyph === 0
        ? undefined
        : view.getUint16(widths + 4 * Math.min(glyph, measured - 1)) / unitsPerEm;
    },
  };
}

function tableFinder(view: DataView): (name: string) => number {
  const places = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const record = 12 + 16 * i;
    const name = String.fromCharCode(...[0, 1, 2, 3].map((letter) => view.getUint8(record + letter)));
    places.set(name, view.getUint32(record + 8));
  }
  return (name) => {
    const place = places.get(name);
    if (place === undefined) throw new RangeError(`font: no table '${name}'`);
    return place;
  };
}

/** Returns the number of a character's glyph; 0 if there is none. */
function glyphFinder(view: DataView, cmap: number): (code: number) => number {
  const subtables = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  );
  const subtable = subtables.find((place) => view.getUint16(place) === 4);
  if (subtable === undefined) throw new RangeError('font: no character map of format 4');
  // Four lists of this many bytes each: ends, starts, deltas, offsets. Two bytes lie between the first and the second.
  const bytes = view.getUint16(subtable + 6);
  const [ends, starts] = [subtable + 14, subtable + 16 + bytes];
  return (code) => {
    for (let i = 0; i < bytes; i += 2) {
      if (code > view.getUint16(ends + i)) continue;
      const start = view.getUint16(starts + i);
      if (code < start) return 0;
      const delta = view.getUint16(starts + bytes + i);
      const at = starts + 2 * bytes + i;
      const offset = view.getUint16(at);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = view.getUint16(at + offset + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
