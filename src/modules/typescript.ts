import { register } from 'node:module';
import { extname } from 'node:path';
import { packageFolder } from '../package-folder.ts';

let registered = false;

/**
 * Lets this process import TypeScript, and what that imports, where Node.js does not by itself: 20, and 22 before 22.18. Types are
 * stripped, nothing is checked.
 *
 * @param path The module that is about to be imported.
 */
export function enableTypeScript(path: string): void {
  const isNative = 'typescript' in process.features && Boolean(process.features.typescript);
  if (registered || isNative || !/^\.[cm]?ts$/.test(extname(path))) return;
  registered = true;
  register(new URL('assets/modules/strip-types.mjs', packageFolder));
}
