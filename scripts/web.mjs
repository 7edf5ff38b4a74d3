import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'vite';
import { writeNetwork } from './lab-network.mjs';

/** Pages that are sites by themselves: they share no file with others, so that a copy of their folder works anywhere. */
const SITES = ['lab'];

/**
 * Builds the pages of web/ to dist/web/, which nothing is built from at a user's: every folder with an `index.html` becomes a page of that
 * name, and what pages share lies in `assets/`. All paths are relative, so that a page works in any folder of any server.
 */
export async function buildWeb() {
  const pages = readdirSync('web').filter((name) => existsSync(`web/${name}/index.html`));
  const shared = pages.filter((name) => !SITES.includes(name));
  await buildPages(
    'web',
    'dist/web',
    Object.fromEntries(shared.map((name) => [name, `web/${name}/index.html`])),
  );
  for (const site of SITES) await buildPages(`web/${site}`, `dist/web/${site}`, `web/${site}/index.html`);
  await writeNetwork('dist/web/lab/engine');
}

const buildPages = (root, folder, input) =>
  build({
    root,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [onlyWoff2],
    worker: { format: 'es', plugins: () => [withoutEngineFile] },
    build: {
      outDir: resolve(folder),
      emptyOutDir: true,
      target: 'es2022',
      // The policy of the pages allows no data: in the place of a file, and no script within a page.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      license: { fileName: 'licences.md' },
      rolldownOptions: { checks: { pluginTimings: false }, input },
    },
  });

/** Leaves out fonts in forms that no browser of this decade asks for. */
const onlyWoff2 = {
  name: 'only-woff2',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('.css') ? code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, '') : undefined,
};

/** Leaves the engine's own file out of the bundle: a page hands it over, unpacked. */
const withoutEngineFile = {
  name: 'without-engine-file',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('onnxruntime-web')
      ? code.replaceAll('new URL("ort-wasm-simd-threaded.wasm",import.meta.url)', 'new URL("about:blank")')
      : undefined,
};
