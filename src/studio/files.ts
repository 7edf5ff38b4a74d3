import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { packageFolder } from '../package-folder.ts';

/** A file of the pages. */
export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Whether its name changes with its content. */
  readonly lasting: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.onnx': 'application/octet-stream',
  '.bin': 'application/octet-stream',
  '.gz': 'application/octet-stream',
};

/** A path of plain names: no `..`, no empty name, nothing hidden. */
const PLAIN = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** The built pages: `dist/web/`. */
const folder = new URL('dist/web/', packageFolder);

/**
 * A file of `dist/web/` by its path in the address; undefined if there is none.
 *
 * @example await pageFile('/studio/index.html')
 */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  const type = TYPES[extname(path)];
  if (!PLAIN.test(path) || type === undefined) return undefined;
  const file = new URL(`.${path}`, folder);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return { body: new Uint8Array(await readFile(file)), type, lasting: path.startsWith('/assets/') };
}
