import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** ARCHITECTURE.md, "Rooms": from the ground up. */
const ROOMS = [
  'random',
  'statistics',
  'plot',
  'rules',
  'export',
  'evaluation',
  'check',
  'modules',
  'trainers',
  'functions',
  'download',
  'engine',
  'graph',
  'nn',
  'text',
  'data',
  'tasks',
  'evaluate',
  'controller',
  'search',
  'bakeoff',
  'dispatch',
  'store',
  'run',
  'compare',
  'report',
  'observe',
  'lab',
  'reproduce',
  'studio',
  'cli',
];

const src = resolve(import.meta.dirname, '../src');

const filesOf = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path) : path.endsWith('.ts') ? [path] : [];
  });

/** The text of a file without the lines that are quoted, which may be code of another program. */
const codeOf = (file: string): string => readFileSync(file, 'utf8').replace(/^\s+["'`].*$/gm, '');

/** The files of this project that a file imports. */
const targetsOf = (file: string): readonly string[] =>
  [...codeOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    resolve(file, '..', match[1] as string),
  );

/** Every import between rooms as `from file → target path`, both relative to src/. */
const imports = ROOMS.flatMap((room) => filesOf(join(src, room))).flatMap((file) =>
  targetsOf(file)
    .map((target) => ({ file: relative(src, file), target: relative(src, target) }))
    .filter(({ file, target }) => roomOf(file) !== roomOf(target) && ROOMS.includes(roomOf(target))),
);

function roomOf(path: string): string {
  return path.split(sep)[0] as string;
}

describe('rooms', () => {
  it('are all in the list', () => {
    const folders = readdirSync(src).filter((name) => statSync(join(src, name)).isDirectory());
    expect([...folders].sort()).toEqual([...ROOMS].sort());
  });

  it('import only from rooms below them', () => {
    const upward = imports.filter(
      ({ file, target }) => ROOMS.indexOf(roomOf(file)) < ROOMS.indexOf(roomOf(target)),
    );
    expect(upward).toEqual([]);
  });

  it('are entered through their index.ts', () => {
    const throughTheWindow = imports.filter(({ target }) => !target.endsWith(`${sep}index.ts`));
    expect(throughTheWindow).toEqual([]);
  });

  it('are really read by this test', () => {
    expect(imports.length).toBeGreaterThan(20);
  });
});

/** The wings of rules/, each with the wings that it may import. */
const WINGS: Readonly<Record<string, readonly string[]>> = {
  language: [],
  canonical: ['language'],
  program: ['language', 'canonical'],
  behaviour: ['language', 'canonical', 'program'],
  catalogue: ['language', 'canonical'],
  spaces: ['language', 'canonical'],
};

describe('the wings of rules/', () => {
  const rules = join(src, 'rules');
  const wingOf = (file: string): string => relative(rules, file).split(sep)[0] as string;
  const between = filesOf(rules)
    .filter((file) => !file.endsWith('.test.ts') && dirname(file) !== rules)
    .flatMap((file) => targetsOf(file).map((target) => ({ file, target })))
    .filter(({ file, target }) => target.startsWith(rules + sep) && wingOf(file) !== wingOf(target));

  it('are all in the list', () => {
    const folders = readdirSync(rules).filter((name) => statSync(join(rules, name)).isDirectory());
    expect(folders.sort()).toEqual(Object.keys(WINGS).sort());
  });

  it('import only from wings below them', () => {
    const others = between.filter(({ file, target }) => !WINGS[wingOf(file)]?.includes(wingOf(target)));
    expect(others.map(({ file, target }) => `${relative(rules, file)} → ${relative(rules, target)}`)).toEqual(
      [],
    );
  });

  it('are really read by this test', () => {
    expect(between.length).toBeGreaterThan(20);
  });
});

/** Rooms that a browser may import: nothing that they load, in whatever room it lies, is of Node. */
const FOR_BROWSERS = ['random', 'statistics', 'rules', 'export', 'evaluation', 'functions'];
/** Files beside and within the other rooms that a page may load one by one, as they load nothing of Node either. */
const FILES_FOR_BROWSERS = [
  'errors.ts',
  'data/digits-records.ts',
  'graph/onnx/names.ts',
  'nn/initial.ts',
  'tasks/accuracy.ts',
  'evaluate/train-child.ts',
];
/** Packages that run in a browser as well. */
const PACKAGES_FOR_BROWSERS = ['zod'];

/** Files that a file loads, itself included, and the modules from outside that these load; types alone load nothing. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = codeOf(file).replace(/^(import|export) type [^;]*;/gm, '');
  for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (target.startsWith('.')) loadedBy(resolve(file, '..', target), seen);
    else seen.add(target);
  }
  return seen;
}

describe('rooms for a browser', () => {
  const rooms = FOR_BROWSERS.map((room) => join(room, 'index.ts'));
  it.each([...rooms, ...FILES_FOR_BROWSERS])('%s loads nothing of Node', (file) => {
    const loaded = [...loadedBy(join(src, file))];
    expect(loaded.length).toBeGreaterThan(rooms.includes(file) ? 2 : 0);
    const packages = loaded.filter((name) => !name.startsWith(sep));
    expect(packages.filter((name) => !PACKAGES_FOR_BROWSERS.includes(name))).toEqual([]);
  });
});

describe('the pages of web/', () => {
  const web = resolve(src, '../web');
  const pages = readdirSync(web, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(web, name));
  const loads = (file: string): readonly string[] =>
    [
      ...codeOf(file)
        .replace(/^(import|export) type [^;]*;/gm, '')
        .matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g),
    ]
      .map(([, target = '']) => resolve(file, '..', target))
      .filter((target) => target.startsWith(src + sep))
      .map((target) => relative(src, target));

  it('load of src/ only what is for a browser', () => {
    expect(pages.length).toBeGreaterThan(2);
    const allowed = new Set([...FOR_BROWSERS.map((room) => join(room, 'index.ts')), ...FILES_FOR_BROWSERS]);
    expect(pages.flatMap(loads).filter((target) => !allowed.has(target))).toEqual([]);
  });
});
