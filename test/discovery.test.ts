import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NosProcess, startNos } from './nos-process.ts';

const SMALL = [
  'reproduce',
  'discovery',
  '--scale',
  '0.001',
  '--task',
  'digits-mlp',
  '--workers',
  '2',
  '-o',
  'out',
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-discovery-'));
});
afterAll(() => rm(directory, { recursive: true }));

const home = (name: string): Promise<string> => mkdtemp(join(directory, name));
const start = (at: string, ...more: readonly string[]): NosProcess =>
  startNos(at, [...SMALL, '--store', join(at, 'nos.db'), ...more]);

/** All files that were written, without what was measured: costs, and the page and the picture that show them. */
async function resultsIn(at: string): Promise<Readonly<Record<string, unknown>>> {
  const names = (await readdir(join(at, 'out'))).sort();
  const files = await Promise.all(names.map((name) => readFile(join(at, 'out', name), 'utf8')));
  const text = Object.fromEntries(names.map((name, i) => [name, files[i] as string]));
  const { costs, made: _, ...data } = JSON.parse(text['data.json'] as string);
  const page = text['README.md']
    ?.replace(/## What it cost[\s\S]*?## Every step/, '')
    .replace(/## How this was made[\s\S]*/, '');
  const evaluations = costs.stages.map((one: { evaluations: number }) => one.evaluations);
  return { ...text, 'data.json': JSON.stringify(data), 'README.md': page, 'best-hours.svg': '', evaluations };
}

describe('nos reproduce discovery', () => {
  it('goes on after two kills, one in a search and one in a comparison, to the same bytes', async () => {
    const undisturbed = await home('undisturbed-');
    expect(await start(undisturbed).ended).toBe(0);

    const killed = await home('killed-');
    const first = start(killed);
    await first.says(/run 'discovery-evolution[\s\S]*batch 1 /);
    expect(await first.kill()).toBe(true);
    const second = start(killed);
    await second.says(/ {2}seed 3001 {2}/);
    expect(await second.kill()).toBe(true);
    expect(second.said()).toContain("run 'discovery-trpo-icml2017-digits-mlp' of the store, not made again");
    const third = start(killed);
    expect(await third.ended).toBe(0);
    expect(third.said()).toMatch(/evaluations of the store, not made again/);

    const [wanted, got] = [await resultsIn(undisturbed), await resultsIn(killed)];
    expect(Object.keys(got)).toEqual(Object.keys(wanted));
    for (const [name, content] of Object.entries(wanted)) expect(got[name], name).toEqual(content);
    expect(wanted['README.md']).not.toContain('Not complete');
  });

  it('does one stage at a time, as far as its time allows, and reports what is there', async () => {
    const at = await home('stages-');
    const pages: string[] = [];
    for (const more of [
      ['--stage', 'report'],
      ['--stage', 'search', '--timeout', '1s'],
      ['--stage', 'final'],
    ]) {
      expect(await start(at, ...more).ended).toBe(0);
      pages.push(await readFile(join(at, 'out', 'README.md'), 'utf8'));
    }
    expect(pages[0]).toContain('* search discovery-random-icml2017-digits-mlp: 0 of 12 proposals are there');
    expect(pages[0]).toContain('* retest: no search has found a rule that learns');
    expect(pages[2]).toMatch(/\* retest: /);
    const retested = start(at, '--stage', 'retest', '--timeout', '1s');
    expect(await retested.ended).toBe(0);
  });

  it('goes on at a larger scale with the searches of a smaller one, and reads their beginnings at that', async () => {
    const at = await home('scales-');
    const runs = 4;
    const search = async (...scale: readonly string[]) => {
      const process = start(at, '--stage', 'search', ...scale);
      expect(await process.ended).toBe(0);
      return process.said().match(/of the store, not made again/g)?.length ?? 0;
    };
    expect(await search()).toBe(0);
    // 24 proposals of one search; the others have their fewest, 12, at both scales.
    expect(await search('--scale', '0.002')).toBe(runs - 1);
    expect(await search()).toBe(runs);
    const page = await readFile(join(at, 'out', 'README.md'), 'utf8');
    expect(page.match(/ 12 of 12 /g)).toHaveLength(runs);
  });
});
