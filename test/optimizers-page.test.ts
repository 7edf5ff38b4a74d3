import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveRule } from '../src/rules/index.ts';

const page = readFileSync(new URL('../docs/optimizers.md', import.meta.url), 'utf8');

/** The rows below the head of the first table of a text. */
const rowsOf = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => row!.split(' | ')).slice(1);

const [introduction, ...sections] = page.split(/^## /m);
const [summary, reasons] = introduction!.split('What the others need:');
const known = rowsOf(reasons!).flatMap(([list]) => list!.split('; '));
const collections = rowsOf(summary!);

it('has a table for every collection of the summary', () => {
  expect(sections.map((text) => text.split('\n')[0])).toEqual(collections.map(([name]) => name));
});

describe.each(collections)('%s', (name, count, stated) => {
  const rows = rowsOf(sections.find((text) => text.startsWith(name))!);
  const isStated = ([, cell]: readonly string[]): boolean => cell!.startsWith('`');

  it('lists as many optimizers as it says, each once', () => {
    expect(rows).toHaveLength(Number(count));
    expect(new Set(rows.map(([optimizer]) => optimizer)).size).toBe(rows.length);
    expect(rows.filter(isStated)).toHaveLength(Number(stated));
  });

  it.each(rows.filter(isStated))('%s is stated by rules that there are', (_, cell) => {
    const rules = [...cell!.matchAll(/`([^`]+)`/g)].map(([, rule]) => rule!);
    for (const rule of rules) resolveRule(rule);
    expect(rules.length).toBeGreaterThan(0);
  });

  it.each(rows.filter((row) => !isStated(row)))('%s needs something that is explained', (_, cell) => {
    expect(cell).toMatch(/^needs /);
    for (const need of cell!.slice('needs '.length).split('; ')) expect(known).toContain(need);
  });
});
