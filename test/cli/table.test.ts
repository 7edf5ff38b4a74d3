/** All evaluations of runs as one table, and strategies compared on its rewards. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { findLandscape, tableReference } from '../../src/bakeoff/index.ts';
import { readCsv } from '../../src/csv.ts';
import { parseRule } from '../../src/rules/index.ts';
import { commandLine } from '../command-line.ts';

const { here, home } = commandLine();
const { json, nos } = here;

const SEARCH = [
  ...['search', '--task', resolve('test/fixtures/bowl.mjs'), '--space', 'quick', '--batch', '4'],
  ...['--protocol', 'final@1=1e-2', '--samples', '24', '--retest', '2x2'],
];

beforeAll(async () => {
  await json([...SEARCH, '--run', 'a', '--seed', '1']);
  await json([...SEARCH, '--run', 'b', '--seed', '2', '--strategy', 'random']);
  await json(['table', 'a', 'b', '-o', 'e.csv.gz']);
});

const rowsOf = (file: string): readonly Readonly<Record<string, string>>[] => {
  const [titles, ...rows] = readCsv(gunzipSync(readFileSync(join(home, file))).toString(), file);
  return rows.map(({ fields }) => Object.fromEntries(titles!.fields.map((name, i) => [name, fields[i]!])));
};

describe('nos table', () => {
  it('has a line for every evaluation of the runs, in their order', async () => {
    const rows = rowsOf('e.csv.gz');
    const logs = await Promise.all(['a', 'b'].map((run) => json(['log', run])));
    const evaluations = logs.flatMap(({ run, evaluations }) =>
      (evaluations as readonly Readonly<Record<string, unknown>>[]).map(
        (one): Readonly<Record<string, unknown>> => ({ run, ...one }),
      ),
    );
    expect(rows).toHaveLength(evaluations.length);
    const names = ['run', 'role', 'index', 'rule', 'key', 'status', 'seed', 'steps', 'environment'] as const;
    rows.forEach((row, i) => {
      const one = evaluations[i] ?? {};
      for (const name of names) expect(row[name]).toBe(String(one[name]));
      expect(Number(row.reward)).toBe(one.reward);
      expect(row.curve).toBe((one.curve as readonly number[]).join(' '));
      expect(row.tokens === '').toBe(row.role !== 'proposal');
      expect(row.task).toMatch(/^bowl\.mjs#[0-9a-f]{12}$/);
    });
  });

  it('writes the same bytes again, and a page that describes every column', async () => {
    const first = readFileSync(join(home, 'e.csv.gz'));
    const { columns, rows, dictionary } = await json(['table', 'a', 'b', '-o', 'e.csv.gz']);
    expect(readFileSync(join(home, 'e.csv.gz')).equals(first)).toBe(true);
    expect(rows).toBe(rowsOf('e.csv.gz').length);
    const page = readFileSync(join(home, dictionary), 'utf8');
    for (const { name, description } of columns) {
      expect(description).not.toBe('');
      expect(page).toContain(`| \`${name}\` | ${description} |`);
    }
    expect(page).not.toContain(home);
  });

  it('is read by another program', () => {
    const program =
      "import csv,gzip,sys\nr=list(csv.DictReader(gzip.open('e.csv.gz','rt',newline='')))\nprint(len(r),sum(float(x['reward']) for x in r))";
    const { stdout } = spawnSync('python3', ['-c', program], { cwd: home, encoding: 'utf8' });
    const rows = rowsOf('e.csv.gz');
    const [count, sum] = stdout.trim().split(' ').map(Number);
    expect(count).toBe(rows.length);
    expect(sum).toBeCloseTo(
      rows.reduce((so, { reward }) => so + Number(reward), 0),
      9,
    );
  });

  it.each([
    [['table', 'c'], 2, /unknown run 'c'/],
    [['table', 'a', '-o', 'x.parquet'], 2, /--output: a table is written as .csv.gz or .csv/],
    [['table', 'a', '-o', 'no/x.csv'], 1, /cannot write no\/x.csv/],
  ])('%j is refused', async (args, exit, message) => {
    const { code, stderr } = await nos(args);
    expect([code, stderr]).toEqual([exit, expect.stringMatching(message)]);
  });
});

describe('a table as a landscape', () => {
  it('has the rewards of its proposals, and for another rule the mean of the nearest', async () => {
    await json(['table', 'a', '-o', 'one.csv.gz']);
    const path = join(home, 'one.csv.gz');
    const landscape = await findLandscape(await tableReference(path)).open(1);
    const rows = rowsOf('one.csv.gz').filter(({ role }) => role === 'proposal');
    const known = rows.map(({ tokens, reward, rule, key }) => ({
      ...{ tokens: tokens!.split(' ').map(Number), reward: Number(reward), key: key! },
      expression: parseRule(rule!),
    }));
    for (const { reward, ...rule } of known) expect(landscape.reward(rule)).toBe(reward);
    expect(landscape.optimum).toBe(Math.max(...known.map(({ reward }) => reward)));
    const { tokens, expression } = known[0]!;
    const other = tokens.with(0, (tokens[0]! + 1) % 3);
    const distances = known.map((one) => one.tokens.filter((token, i) => token !== other[i]).length);
    const least = Math.min(...distances);
    const near = [
      ...new Map(
        known.filter((_, i) => distances[i] === least).map((one) => [one.tokens.join(), one.reward]),
      ).values(),
    ];
    expect(landscape.reward({ tokens: other, expression })).toBeCloseTo(
      near.reduce((sum, reward) => sum + reward, 0) / near.length,
      12,
    );
  });

  it('is what strategies are compared on', async () => {
    const args = ['--strategies', 'evolution', '--budget', '20', '--repeats', '3', '-o', 'compared'];
    const { code, stdout, stderr } = await nos(['bench', 'strategies', '--landscape', 'one.csv.gz', ...args]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^one\.csv\.gz, noise 0\nstrategy +20 /);
    expect(stdout).toMatch(/^evolution +0\.\d{3} \[/m);
  });

  it.each<readonly [string, (text: string) => string, RegExp]>([
    ['is no table', () => 'a,b\n1,2\n', /no column 'role'/],
    ['has no proposals', (text) => text.replaceAll(',proposal,', ',retest,'), /no proposals/],
    ['has two protocols', (text) => text.replace('final@1=1e-2', 'quick'), /cannot be compared: protocol/],
    ['has a reward that is none', (text) => text.replace(/,ok,0\.\d+/, ',ok,7'), /a reward is 7/],
    ['is of a space that is none', (text) => text.replaceAll('""quick""', '""slow""'), /its space/],
  ])('that %s is refused', async (_, change, message) => {
    const text = gunzipSync(readFileSync(join(home, 'e.csv.gz'))).toString();
    const proposals = text.split('\n').filter((line) => /^(run|.*,proposal,)/.test(line));
    writeFileSync(join(home, 'x.csv.gz'), gzipSync(change(`${proposals.join('\n')}\n`)));
    const { code, stderr } = await nos(['bench', 'strategies', '--landscape', 'x.csv.gz']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
