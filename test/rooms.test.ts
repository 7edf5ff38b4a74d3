import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** ARCHITECTURE.md, "Rooms": from the ground up. */
const ROOMS = [
  'random',
  'statistics',
  'plot',
  'rules',
  'evaluation',
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
  'observe',
  'report',
  'reproduce',
  'cli',
];

const src = resolve(import.meta.dirname, '../src');

const filesOf = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path) : path.endsWith('.ts') ? [path] : [];
  });

/** Every import between rooms as `from file → target path`, both relative to src/. */
const imports = ROOMS.flatMap((room) => filesOf(join(src, room))).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
    .map((match) => ({
      file: relative(src, file),
      target: relative(src, resolve(file, '..', match[1] as string)),
    }))
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
