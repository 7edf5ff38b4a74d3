import { existsSync } from 'node:fs';

/** The folder of this package, with its manifest, `assets/`, `bin/` and `dist/`: as seen from `src/` and from any file of `dist/`. */
export const packageFolder: URL = withManifest(new URL('.', import.meta.url));

function withManifest(folder: URL): URL {
  return existsSync(new URL('package.json', folder)) ? folder : withManifest(new URL('..', folder));
}
