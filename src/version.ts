import { readFileSync } from 'node:fs';

/** The version of this package: its manifest lies one folder up from `src/` and from `dist/` alike. */
export const packageVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  }
).version;
