import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { FONT_FAMILY, FONT_FILES, fontOf } from './font.ts';

/** Characters beyond ASCII, except those that are never drawn, such as the joiner of an emoji's parts. */
const OTHERS = /(?!\p{Default_Ignorable_Code_Point})\P{ASCII}/gu;

const isDrawn = (character: string): boolean => fontOf('normal').advanceOf(character) !== undefined;

/** Returns the characters of a picture that a PNG of it cannot show, each once. */
export function missingInPng(svg: string): readonly string[] {
  return [...new Set(svg.match(OTHERS))].filter((character) => !isDrawn(character));
}

let loaded: ReturnType<typeof load> | undefined;

/**
 * The renderer is WebAssembly: it needs no compiler, no browser and no fonts of the machine, and gives the same pixels on every one.
 * It is loaded when a picture needs it, as most commands draw none.
 */
async function load() {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  const { resolve } = createRequire(import.meta.url);
  await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return { Resvg, fontBuffers: await Promise.all(FONT_FILES.map((file) => readFile(file))) };
}

/**
 * Renders one of our pictures as the bytes of a PNG file, in the font that comes with the package. Characters that the font does not
 * have, such as Chinese or an emoji, are drawn as □.
 *
 * @param svg Text that this room made.
 * @param size Width in pixels; twice that of the SVG unless given, for sharp screens.
 */
export async function pngOf(svg: string, size?: number): Promise<Uint8Array> {
  loaded ??= load();
  const { Resvg, fontBuffers } = await loaded;
  const image = new Resvg(
    svg.replace(OTHERS, (character) => (isDrawn(character) ? character : '□')),
    {
      fitTo: size === undefined ? { mode: 'zoom', value: 2 } : { mode: 'width', value: size },
      font: { fontBuffers, defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY },
    },
  );
  try {
    return image.render().asPng();
  } finally {
    image.free();
  }
}
