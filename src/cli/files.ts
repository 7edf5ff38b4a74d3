import { writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { NosError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { openStore, type Store } from '../store/index.ts';
import type { Context, Places } from './command.ts';

/** Opens the store for one piece of work. */
export async function withStore<T>(places: Places, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(places.store);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Makes a folder that the user may have named. @throws NosError `unwritable`. */
export const makeFolder = (folder: string): Promise<void> => writable(folder, () => makeDirectory(folder));

/** Writes files into a folder. @throws NosError `unwritable`. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await makeFolder(folder);
  for (const [name, content] of Object.entries(files)) {
    await writable(folder, () => writeFile(join(folder, name), content));
  }
}

/** Says what {@link writeFiles} wrote. */
export const wroteText = (files: Readonly<Record<string, string>>, folder: string): string =>
  `wrote ${Object.keys(files).join(', ')} to ${folder}`;

async function writable(path: string, write: () => Promise<unknown>): Promise<void> {
  await write().catch((cause: Error) => {
    throw new NosError('unwritable', `cannot write ${path}: ${cause.message}`, 'name another by --output', {
      cause,
    });
  });
}

/** The file that a picture goes to. */
export interface PictureFile {
  readonly file: string;
  /** @throws NosError `unwritable`. */
  write(svg: string): Promise<void>;
}

type PictureSettings = { readonly output?: string | undefined; readonly size?: number | undefined };

/**
 * The file that `-o` names, or `name`. Its extension says what is written: SVG for `.svg` and for none, pixels for `.png`. It is checked
 * before there is a picture, so that nothing is trained in vain.
 *
 * @throws NosError `bad-option` for another extension, and for a size of an SVG.
 */
export function pictureFile({ settings, stderr }: Context<PictureSettings>, name: string): PictureFile {
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
