import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NosError } from './errors.ts';
import { packageFolder } from './package-folder.ts';

/**
 * The path of a compiled program of this package, also where this file runs uncompiled (under a test runner): child
 * processes run `dist/`.
 *
 * @throws NosError `worker` where the package is not built.
 * @example compiledProgram('dispatch/worker.js')
 */
export function compiledProgram(name: string): string {
  const path = fileURLToPath(new URL(`dist/${name}`, packageFolder));
  if (existsSync(path)) return path;
  throw new NosError('worker', `the worker program is missing: ${path}`, 'build it: npm run build');
}
