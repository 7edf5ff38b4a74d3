import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ComparedRow } from '../src/compare/index.ts';
import { commandLine } from './command-line.ts';

/** `nos compare`, `nos card` and `nos funnel` as a script calls them, with real trainings on the bundled digits. */
const { here, home, start, finish, ...real } = commandLine();
const nos = (...args: readonly string[]) => here.nos(args);

const DIGITS = ['--task', 'digits-mlp'];
const DIVERGES = 'exp(exp(exp(g))) * 1e30';

describe('nos compare', () => {
  it('says what is better, and tells the same from the store when it is called again', async () => {
    const compare = ['compare', 'powersign', DIVERGES, ...DIGITS, '--seeds', '6'];
    const first = await real.nos([...compare, '-o', 'c.svg', '--json']);
    expect(first.code, first.stderr).toBe(0);
    const document = JSON.parse(first.stdout);
    expect(document).toMatchObject({
      protocol: 'quick',
      seeds: [1, 2, 3, 4, 5, 6],
      reference: 'adam',
      power: { tests: 2, smallest: 1 / 32, smallestAdjusted: 1 / 16, seedsNeeded: 7 },
      file: expect.stringContaining('c.svg'),
    });
    expect(document.rules.map(({ name }: { name: string }) => name)).toEqual(['powersign', DIVERGES, 'adam']);
    const rows: ComparedRow[] = document.tasks[0].rows;
    const row = (name: string) => rows.find((one) => one.name === name) as ComparedRow;
    expect(row(DIVERGES)).toMatchObject({
      diverged: 6,
      range: null,
      rank: 3,
      mean: expect.closeTo(0.1, 12),
      verdict: 'not told apart',
    });
    expect(row(DIVERGES).permutation).toEqual({ p: 1 / 32, adjusted: 1 / 16 });
    expect(row('adam')).toMatchObject({ verdict: 'reference', difference: null, diverged: 0 });
    expect(row('adam').mean).toBeGreaterThan(0.5);
    expect(row('adam').range?.decades).toBeGreaterThanOrEqual(0);
    expect(row('powersign').difference?.pairs).toBe(6);
    expect(readFileSync(join(home, 'c.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);

    const again = await nos(...compare, '-o', 'c.svg', '--json');
    expect([again.code, again.stdout]).toEqual([0, first.stdout]);
    expect(again.stderr).toMatch(/^18\/18 {2}18 evaluations of the store, not made again \(nos [^)]+\)\n$/);
    const { stdout } = await nos(...compare);
    expect(stdout).toMatch(/^# +rule +mean \[95 %\] +less reference \[95 %\] +p, Holm/m);
    expect(stdout).toMatch(/not told apart, 6\/6 diverged$/m);
    expect(stdout).toMatch(/ decades +slots +ms\/step +verdict$/m);
    expect(stdout).toMatch(/^decades: how far/m);
    const narrow = await here.nos(compare, { COLUMNS: '80' });
    expect(narrow.stdout).not.toMatch(/decades/);
    expect(stdout).toMatch(/^digits-mlp: diverges at every learning rate: 'exp\(exp/m);
    expect(stdout).toMatch(
      /^so few seeds cannot tell a single rule apart at 0\.05: give --seeds 7 or more$/m,
    );
  });

  it('with one seed says that nothing can be tested', async () => {
    const { code, stdout } = await nos('compare', 'powersign', ...DIGITS, '--seeds', '1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/not tested/);
    expect(stdout).toMatch(/^one seed: nothing can be tested; give --seeds 6 or more$/m);
  });

  it('ended by Ctrl-C keeps what is done, and goes on from there', async () => {
    const args = ['compare', 'momentum', ...DIGITS, '--seeds', '40', '--seed', '100', '--workers', '1'];
    const child = start(args);
    child.stderr?.on('data', (text: string) => {
      if (text.includes('2/80')) child.kill('SIGINT');
    });
    const { code, stdout, stderr } = await finish(child);
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/^what is done is stored: the same command goes on from there$/m);
    const fewer = args.with(args.indexOf('40'), '1');
    expect((await nos(...fewer)).stderr).toMatch(
      /^2\/2 {2}2 evaluations of the store, not made again \(nos [^)]+\)\n$/,
    );
  });

  it.each([
    ['one rule', ['adam'], /there is only 'adam'/],
    ['equal rules', ['sgd', 'g'], /'sgd' and 'g' mean the same rule/],
    ['an unknown rule', ['powersgn'], /unknown (rule|operand) 'powersgn'/],
    ['an unknown task', ['sgd', '--task', 'digits-mlp,digts'], /unknown task 'digts'/],
    [
      'a task twice',
      ['sgd', '--task', 'digits-mlp', '--task', 'digits-mlp'],
      /task 'digits-mlp' is named twice/,
    ],
    [
      'a protocol without epochs',
      ['sgd', '--protocol', 'final'],
      /'final': expected a number of final epochs/,
    ],
    ['an unknown reference', ['sgd', '--against', 'adamm'], /unknown rule 'adamm'/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await nos('compare', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('nos card', () => {
  it('writes what the rule is, and what it does on the tasks that the store knows', async () => {
    const { code, stdout, stderr } = await nos(
      'card',
      'powersign',
      '--seeds',
      '2',
      '-o',
      'cards/powersign',
      '--json',
    );
    expect(code, stderr).toBe(0);
    const { files, rule, comparison } = JSON.parse(stdout);
    expect(files).toEqual(['card.md', 'comparison.svg', 'curves.svg', 'learning-rates.svg']);
    expect(rule).toMatchObject({ names: expect.arrayContaining(['powersign']), slots: 1 });
    expect(rule.parts).toContainEqual({ name: 'sign', summary: expect.any(String) });
    expect(comparison.tasks.map(({ task }: { task: string }) => task)).toEqual(['digits-mlp']);
    const card = readFileSync(join(home, 'cards/powersign/card.md'), 'utf8');
    expect(card).toMatch(/^# Transfer card: powersign$/m);
    expect(card).toMatch(/^## On digits-mlp$/m);
    expect(card).toMatch(/^\| \*\*`powersign`\*\* \|/m);
    expect(card).toMatch(/^\| fingerprint \| `(native|onnxruntime)-/m);
    for (const file of files.slice(1)) {
      expect(card).toContain(`](${file})`);
      expect(readFileSync(join(home, 'cards/powersign', file), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    }
  });

  it.each([
    ['quick=1e-4,1e-3', true],
    ['quick=1e-3,1e-2,1e-1', false],
    ['quick=1e-3', false],
  ])('marks the edge of a grid that the protocol names: %s', async (protocol, marked) => {
    const args = ['sgd', ...DIGITS, '--seeds', '1', '--protocol', protocol, '-o', 'cards/edges'];
    const { code, stderr } = await nos('card', ...args);
    expect(code, stderr).toBe(0);
    const card = readFileSync(join(home, 'cards/edges/card.md'), 'utf8');
    expect(/^\| `adam` .*$/m.exec(card)?.[0].includes('1/1 ▲edge')).toBe(marked);
  });

  it('asks for tasks where the store has none, and for a directory that can be written', async () => {
    const unknown = await nos('card', 'g^3 + m');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/no evaluation of this rule[^\n]*\n.*--task/),
    ]);
    writeFileSync(join(home, 'a-file'), '');
    const blocked = await nos('card', 'sgd', ...DIGITS, '-o', 'a-file/below');
    expect([blocked.code, blocked.stderr]).toEqual([
      1,
      expect.stringMatching(/cannot write [^\n]*a-file[^\n]*\nname another by --output/),
    ]);
  });
});

describe('nos funnel', () => {
  it('takes the best rules of a run through longer and longer trainings', async () => {
    const search = [
      'search',
      '--protocol',
      'quick',
      ...DIGITS,
      '--space',
      'quick',
      '--strategy',
      'random',
      '--samples',
      '8',
      '--run',
      'found',
    ];
    expect((await nos(...search)).code).toBe(0);
    const args = ['funnel', 'found', '-n', '4', '--eta', '2', '--finalists', '1', '--seeds', '2', '--json'];
    const { code, stdout, stderr } = await nos(...args);
    expect(code, stderr).toBe(0);
    const { run, rungs, comparison } = JSON.parse(stdout);
    expect(run).toBe('found');
    const shape = rungs.map(
      ({ protocol, rules, seeds }: { protocol: string; rules: number; seeds: number[] }) => [
        protocol,
        rules,
        seeds.length,
      ],
    );
    expect(shape).toEqual([
      ['quick@10', 4, 1],
      ['quick@20', 2, 2],
      ['quick@40', 1, 2],
    ]);
    expect(stderr).toMatch(/^rung 1 of 3: 4 rules and 5 references, protocol quick@10, 1 seed$/m);
    expect(comparison.tasks[0].rows).toHaveLength(6);
    expect(comparison.reference).toBe('adam');
    const again = await nos(...args);
    expect([again.code, again.stdout]).toEqual([0, stdout]);
    const text = (await nos(...args.slice(0, -1))).stdout;
    expect(text).toMatch(/^rung 2: quick@20, 2 seeds$/m);
    expect(text).toMatch(/goes on$/m);
  });

  it('refuses a run that is not there', async () => {
    const { code, stderr } = await nos('funnel', 'none');
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown run 'none'")]);
  });
});
