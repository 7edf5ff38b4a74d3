import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf, faultsUnder, sourcesOf } from './english.ts';

/** Rules of the house that a reader would otherwise have to check: CONTRIBUTING.md says what they are for. */
const src = resolve(import.meta.dirname, '../src');
const sources = sourcesOf(src)
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file: relative(src, file), text: readFileSync(file, 'utf8') }));

/** `file:line` of every place in the sources that a pattern matches. */
const places = (pattern: RegExp): readonly string[] =>
  sources.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}  ${line.trim()}`] : [])),
  );

describe('doc comments', () => {
  const faults = faultsUnder(src);
  it('say no word that plain English has no need of', () =>
    expect(faults.filter((fault) => fault.includes("says '"))).toEqual([]));

  it('name their subject', () => {
    const found = faults.filter((fault) => fault.includes('begins with'));
    expect(found.length, found.join('\n')).toBeLessThan(20);
  });

  it('are found by their faults', () => {
    const text =
      '/** Of Adam. */\nconst a = 1;\n/**\n * For example, 2. It is made anew.\n */\n/** The rate. */';
    expect(faultsOf(text).map(({ line, fault }) => [line, fault])).toEqual([
      [1, 'begins with a preposition'],
      [3, "says 'anew'"],
    ]);
  });
});

describe('names', () => {
  it('of exported types have one meaning', () => {
    const files = new Map<string, string[]>();
    for (const { file, text } of sources)
      for (const [, name] of text.matchAll(/^export (?:abstract )?(?:interface|type|class) (\w+)/gm))
        files.set(name!, [...(files.get(name!) ?? []), file]);
    expect(files.size).toBeGreaterThan(300);
    expect([...files].filter(([, found]) => found.length > 1)).toEqual([]);
  });

  it('are looked up for what they name, not only checked', () =>
    expect(places(/^\s+(?:await )?find[A-Z]\w*\(.*\);$/)).toEqual([]));
});

it('the key of a rule is computed in few places, and carried from there', () =>
  expect(places(/\bruleKey\((?!e: )/).length).toBeLessThanOrEqual(5));
