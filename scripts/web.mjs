import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'vite';

/**
 * Builds the pages of web/ to dist/web/, which nothing is built from at a user's: every folder with an `index.html` becomes a page of that
 * name, and what pages share lies in `assets/`. All paths are relative, so that a page works in any folder of any server.
 */
export async function buildWeb() {
  const pages = readdirSync('web').filter((name) => existsSync(`web/${name}/index.html`));
  await build({
    root: 'web',
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [onlyWoff2],
    worker: { format: 'es' },
    build: {
      outDir: resolve('dist/web'),
      emptyOutDir: true,
      target: 'es2022',
      // The policy of the pages allows no data: in the place of a file, and no script within a page.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      license: { fileName: 'licences.md' },
      rolldownOptions: {
        checks: { pluginTimings: false },
        input: Object.fromEntries(pages.map((name) => [name, `web/${name}/index.html`])),
      },
    },
  });
}

/** Leaves out fonts in forms that no browser of this decade asks for. */
const onlyWoff2 = {
  name: 'only-woff2',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('.css') ? code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, '') : undefined,
};
