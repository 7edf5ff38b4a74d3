import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const { RULES, exporting, galleryPage } = await import('../scripts/gallery.mjs' as string);
const folder = resolve('docs/exported');
const page = readFileSync(resolve('docs/gallery.md'), 'utf8');
const { here, home } = commandLine();

it('the gallery is what `node scripts/gallery.mjs` makes', async () => {
  expect(readdirSync(folder).sort()).toEqual([...RULES].sort());
  expect(galleryPage(folder)).toBe(page);
  for (const rule of RULES) {
    expect(await here.nos(exporting(rule, home))).toMatchObject({ code: 0 });
    const textsIn = (place: string) =>
      readdirSync(join(place, rule))
        .sort()
        .map((name) => [name, readFileSync(join(place, rule, name), 'utf8')]);
    expect(textsIn(folder)).toEqual(textsIn(home));
  }
});
