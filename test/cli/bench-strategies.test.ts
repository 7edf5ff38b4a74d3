import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../command-line.ts';

const { finish, here, home, nos, start } = commandLine();

describe('nos bench strategies', () => {
  const bench = ['bench', 'strategies', '--landscapes', 'digits-mlp', '--repeats', '3'];
  const contest = [...bench, '--strategies', 'random,evolution', '--budget', '60'];

  it('compares strategies on stdout, counts on stderr, and writes pictures and figures', async () => {
    const { code, stdout, stderr } = await nos([...contest, '-o', 'compared']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^digits-mlp, noise 0\nstrategy +60 +to best 1 % +new\nrandom +0\.\d{3} +\d/);
    expect(stdout).toMatch(/^evolution +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] +\d+(\.5)?\+? \([0-3]\/3\) +\d+ %$/m);
    expect(stdout).toMatch(/^strategy +regret ÷ random’s\n/m);
    expect(stdout).toMatch(/^random +1\.000$/m);
    expect(stdout.trimEnd()).toMatch(/wrote bake-off\.json, regret\.svg, proposals\.svg to compared$/);
    expect(stderr).toMatch(/^120\/360 rules proposed {2}.* left$/m);
    expect(stderr.trimEnd()).toMatch(/^360\/360 rules proposed$/m);
    for (const name of ['regret.svg', 'proposals.svg']) {
      expect(readFileSync(join(home, 'compared', name), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    }
  });

  it('goes on from the searches that the directory has, and --json is the written document', async () => {
    const journal = join(home, 'compared', 'trials.jsonl');
    const lines = readFileSync(journal, 'utf8');
    expect(lines.trimEnd().split('\n')).toHaveLength(6);
    const written = readFileSync(join(home, 'compared', 'bake-off.json'), 'utf8');
    const { code, stdout, stderr } = await here.nos([...contest, '-o', 'compared', '--json']);
    expect([code, stdout]).toEqual([0, written]);
    // Nothing was run: the first line is the last.
    expect(stderr).toBe('360/360 rules proposed\n');
    expect(readFileSync(journal, 'utf8')).toBe(lines);

    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      conditions: [{ landscape: 'digits-mlp', noise: 0 }],
      entries: [{ name: 'random' }, { name: 'evolution' }],
      tuning: [],
      budget: 60,
      repeats: 3,
    });
    expect(document.ranking).toContainEqual({ entry: 'random', relativeRegret: 1 });
    expect(
      document.curves.map(({ entry, seeds }: { entry: string; seeds: number }) => [entry, seeds]),
    ).toEqual([
      ['random', 3],
      ['evolution', 3],
    ]);
    // All three of random search reach the same regret; those of evolution do not.
    expect(document.curves[0].points.at(-1).regret).toMatchObject({ interval: null });
    expect(document.curves[1].points.at(-1)).toMatchObject({
      samples: 60,
      regret: { mean: expect.any(Number), interval: { low: expect.any(Number), high: expect.any(Number) } },
    });

    const fewer = await here.json([
      ...bench,
      '--strategies',
      'evolution',
      '--budget',
      '60',
      '-o',
      'compared',
    ]);
    expect(fewer).toEqual(document);
    expect(await here.json([...contest, '-o', 'elsewhere', '--workers', '1'])).toEqual(document);
  });

  it('stopped by SIGINT says where to go on', async () => {
    const child = start([...bench, '--strategies', 'evolution', '--budget', '400', '-o', 'stopped']);
    child.stderr?.on('data', (text: string) => {
      if (text.includes(' left')) child.kill('SIGINT');
    });
    const { code, stdout, stderr } = await finish(child);
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(
      /^what is done is in stopped\/trials\.jsonl: the same command goes on from there$/m,
    );
    expect(readFileSync(join(home, 'stopped', 'trials.jsonl'), 'utf8')).toMatch(/^\{"key":/);
  });
});
