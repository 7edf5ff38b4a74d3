// Checks src/, writes its declarations and its bundle to dist/, and the pages of web/ to dist/web/, then brings the engine. `--prepare`, as
// npm runs it at the end of an install: where the compiler is left out, so is the build, and the install is not to fail for it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const compiler = findCompiler();
const prepares = process.argv.includes('--prepare');
if (compiler === undefined) {
  // An earlier build stays: the development dependencies were taken away after it.
  if (prepares && existsSync('dist/cli/main.js')) process.exit(0);
  console.warn(
    'nos: not built, as the compiler is not installed: it is one of the development dependencies, which NODE_ENV=production and --omit=dev leave out\nnos: npm install --include=dev builds; npm prune --omit=dev then takes the development dependencies away',
  );
  process.exit(prepares ? 0 : 1);
}
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { bundle } = await import('./bundle.mjs');
await bundle();
const { buildWeb } = await import('./web.mjs');
await buildWeb();
await import('../bin/postinstall.mjs');

function findCompiler() {
  try {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    const path = join(manifest, '..', bin.tsc);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
