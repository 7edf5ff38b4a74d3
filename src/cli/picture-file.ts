import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { NosError } from '../errors.ts';
import type { Context } from './command.ts';
import { writable } from './writable.ts';

/** Where a picture goes. */
export interface PictureFile {
  readonly file: string;
  /** @throws NosError `unwritable`. */
  write(svg: string): Promise<void>;
}

/**
 * The file that `-o` names, or `name`. Its extension says what is written: SVG for `.svg` and for none, pixels for `.png`. Asked before
 * there is a picture, so that nothing is trained in vain.
 *
 * @throws NosError `bad-option` for another extension, and for a size of an SVG.
 */
export function pictureFile({ settings, stderr }: Context, name: string): PictureFile {
  const { output, size } = settings;
  const file = resolve(output ?? name);
  const extension = extname(file).toLowerCase();
  if (!['', '.svg', '.png'].includes(extension)) {
    throw new NosError(
      'bad-option',
      `--output: a picture is written as .svg or .png, not as ${extension}`,
      'give the file one of these endings',
    );
  }
  if (size !== undefined && extension !== '.png') {
    throw new NosError('bad-option', '--size: only a PNG has a size in pixels', 'name one: --output x.png');
  }
  return {
    file,
    async write(svg) {
      if (extension !== '.png') return writable(file, () => writeFile(file, svg));
      const { missingInPng, pngOf } = await import('../plot/index.ts');
      const missing = missingInPng(svg);
      if (missing.length > 0) {
        stderr.note(`drawn as □, as the font of PNG pictures has no ${missing.join(' ')}: an SVG shows them`);
      }
      const pixels = await pngOf(svg, size);
      return writable(file, () => writeFile(file, pixels));
    },
  };
}
