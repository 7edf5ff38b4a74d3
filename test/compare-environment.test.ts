import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../src/compare/index.ts';
import { commandLine } from './command-line.ts';

/** `nos compare`, `nos card` and `nos funnel` in environments, with real trainings on the bundled digits. */
const {
  home,
  here: { nos, json },
} = commandLine();

const DIGITS = ['--task', 'digits-mlp'];
const FOUR_BITS = ['--environment', '4bit'];
const QUICK = ['--protocol', 'quick'];
const read = (file: string): string => readFileSync(join(home, file), 'utf8');
const rewardsOf = ({ tasks }: Comparison): readonly (readonly number[])[] =>
  tasks
    .flatMap(({ rows }) => rows)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ rewards }) => rewards);

describe('nos compare --environment', () => {
  const args = ['compare', 'powersign', ...DIGITS, '--seeds', '2', '-o', 'c.svg'];

  let there: Comparison;

  it('compares with the reference there, says where it is, and trains nothing twice', async () => {
    const first = await nos([...args, ...FOUR_BITS, '--json']);
    expect(first.code, first.stderr).toBe(0);
    there = JSON.parse(first.stdout);
    expect(there).toMatchObject({ protocol: 'quick', environment: '4bit', reference: 'adam' });
    expect(read('c.svg')).toContain('Protocol quick, environment 4bit, 2 seeds.');

    const again = await nos([...args, ...FOUR_BITS, '--json']);
    expect([again.code, again.stdout]).toEqual([0, first.stdout]);
    expect(again.stderr).toMatch(/^4\/4 {2}4 evaluations of the store, not made again \(nos [^)]+\)\n$/);
    const { stdout } = await nos([...args, ...FOUR_BITS]);
    expect(stdout).toMatch(/^digits-mlp in 4bit\n# +rule/);
    expect(stdout).toMatch(/^digits-mlp in 4bit: not told apart from adam: 'powersign'$/m);
  });

  it('takes nothing of it where there is none', async () => {
    const plain = await nos([...args, '--json']);
    expect(plain.stderr).not.toContain('of the store');
    const here: Comparison = JSON.parse(plain.stdout);
    expect(here).not.toHaveProperty('environment');
    expect(read('c.svg')).not.toContain('environment');
    for (const [i, rewards] of rewardsOf(here).entries()) expect(rewards).not.toEqual(rewardsOf(there)[i]);
    expect((await nos(args)).stdout).not.toMatch(/4bit|environment/);
  });
});

describe('nos card', () => {
  it('has a section for every environment that the store has for the rule', async () => {
    const args = ['card', 'powersign', '--seeds', '2', '-o', 'card'];
    const { files, comparison, otherEnvironments } = await json(args);
    expect(files).toEqual(
      ['card.md'].concat(
        ...['', '-4bit'].map((where) =>
          ['comparison', 'curves', 'learning-rates'].map((name) => `${name}${where}.svg`),
        ),
      ),
    );
    expect([comparison, ...otherEnvironments].map(({ environment }) => environment)).toEqual([
      undefined,
      '4bit',
    ]);
    // Four rules beside Adam in either, corrected together.
    expect(comparison.power.tests).toBe(8);
    const card = read('card/card.md');
    expect(card.match(/^##+ .*(environment|On digits).*$/gim)).toEqual([
      '## In each environment',
      '## Environment `none`',
      '### On digits-mlp',
      '## Environment `4bit`',
      '### On digits-mlp, environment 4bit',
    ]);
    // Two seeds give no interval.
    expect(card).toMatch(/^\| `4bit` \| digits-mlp \| 0\.\d{4}[^|]*\| 0\.\d{4}/m);
    expect(card).toContain('| environments | none, 4bit |');
    for (const file of files.slice(1)) {
      expect(card).toContain(`](${file})`);
      expect(read(`card/${file}`).includes('environment 4bit')).toBe(file.includes('4bit'));
    }

    // The command that the card names makes it again, and trains nothing.
    const [, made] = /^\| made by \| `nos card powersign (.*)` \|$/m.exec(card) as RegExpExecArray;
    const again = await nos(['card', 'powersign', ...(made as string).split(' '), '-o', 'again']);
    expect(again.stderr).toMatch(/^20\/20 {2}20 evaluations of the store, not made again \(nos [^)]+\)\n$/);
    expect(read('again/card.md')).toBe(card);
  });

  it('of one environment has that alone', async () => {
    const args = ['card', 'powersign', '--seeds', '2', '-o', 'one'];
    const there = await json([...args, ...FOUR_BITS]);
    expect(there).not.toHaveProperty('otherEnvironments');
    expect([there.comparison.environment, there.comparison.power.tests]).toEqual(['4bit', 4]);
    expect(read('one/card.md')).not.toMatch(/## In each|`none`/);
    const here = await json([...args, '--environment', 'none']);
    expect(here.files).toEqual(['card.md', 'comparison.svg', 'curves.svg', 'learning-rates.svg']);
    expect(read('one/card.md')).toMatch(/^## On digits-mlp$/m);
  });
});

describe('a run in an environment', () => {
  const funnel = ['funnel', 'coarse', '-n', '2', '--finalists', '1', '--seeds', '1', '--eta', '2'];

  it('says so when it is listed, shown and resumed', async () => {
    const search = [
      'search',
      ...DIGITS,
      '--space',
      'quick',
      '--strategy',
      'random',
      '--samples',
      '4',
      ...QUICK,
    ];
    const { code, stderr } = await nos([...search, '--run', 'coarse', ...FOUR_BITS]);
    expect(code, stderr).toBe(0);
    expect((await nos(['top', 'coarse'])).stdout).toMatch(/^all of them in environment 4bit$/m);
    expect(await json(['top', 'coarse'])).toMatchObject({ run: 'coarse', environment: '4bit' });
    expect((await nos(['show', 'coarse'])).stdout).toMatch(/^environment +4bit$/m);
    expect((await nos(['show', 'coarse', '0'])).stdout).toMatch(/environment 4bit, seed/);
    expect((await nos(['resume', 'coarse'])).stdout).toMatch(/^scored by +.*environment 4bit$/m);
  });

  it('goes through the funnel in that environment, or in the one that is named', async () => {
    const { code, stdout, stderr } = await nos(funnel);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /^rung 1 of 2: 2 rules and 5 references, protocol quick@10, environment 4bit, 1 seed$/m,
    );
    expect(stdout).toMatch(/^rung 1: quick@10 in 4bit, 1 seed$/m);
    expect(stdout).toMatch(/^digits-mlp in 4bit$/m);
    const again = await nos([...funnel, '--json']);
    expect(again.stderr).toMatch(/^13\/13 {2}6 evaluations of the store, not made again \(nos [^)]+\)$/m);
    expect(JSON.parse(again.stdout).comparison.environment).toBe('4bit');
    const outside = await nos([...funnel, '--environment', 'none']);
    expect([outside.code, outside.stdout.includes('4bit')]).toEqual([0, false]);
    expect(outside.stderr).not.toMatch(/of the store|environment/);
  });

  it('is refused where it is unknown, as nos search does', async () => {
    const unknown = ['--environment', '4bits'];
    const search = await nos(['search', ...DIGITS, ...unknown]);
    expect(search.stderr).toMatch(/unknown environment '4bits'.*\n/);
    for (const args of [
      ['compare', 'sgd', ...DIGITS],
      ['card', 'sgd', ...DIGITS],
      ['funnel', 'coarse'],
    ]) {
      expect(await nos([...args, ...unknown])).toEqual({ code: 2, stdout: '', stderr: search.stderr });
    }
  });
});
