/** A training in Python that minimises a mean squared error, from its task file to what people read. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkBelowSgd, type ScoredRow } from './below-sgd.ts';
import { commandLine } from './command-line.ts';
import { PYTHON } from './python.ts';

const { nos: run, home } = commandLine();
const without = spawnSync(PYTHON, ['-c', 'import numpy']).status !== 0;
if (without) console.warn(`A program in Python: SKIPPED, as ${PYTHON} has no numpy`);

const RECORD = {
  command: `${PYTHON} ${resolve('test/fixtures/mse.py')} ${'${args}'}`,
  ...{ framework: 'numpy', metric: 'mse', goal: 'minimise', steps: 300, learningRates: [0.01, 0.1] },
  references: ['sgd', 'adam'],
};
const PROGRAM = ['--task', './nos.task.json'];
const nos = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(args);
  expect(code, stderr).toBe(0);
  return stdout;
};

const board = async (name: string): Promise<readonly ScoredRow[]> =>
  JSON.parse(await nos('top', name, '--all', '-n', '100', '--json')).rules;

describe.skipIf(without)('a program in Python that minimises', { timeout: 300_000 }, () => {
  let text: string;
  let rows: readonly ScoredRow[];
  beforeAll(async () => {
    writeFileSync(join(home, 'nos.task.json'), JSON.stringify(RECORD));
    const size = ['--space', 'quick', '--samples', '10', '--seed', '3', '--retest', '2x2', '--run', 'mse'];
    text = await nos(
      'search',
      ...PROGRAM,
      ...size,
      '--warm-start',
      'exp(exp(g))',
      '--protocol',
      'own-filters',
    );
    rows = JSON.parse(await nos('top', 'mse', '--all', '-n', '100', '--json')).rules;
  }, 300_000);

  it('finds a rule with a lower error than SGD', () => {
    checkBelowSgd(rows);
  });

  it('has no diverged rule above one that finished', async () => {
    // With this one learning rate gradients grow without end, and signs of gradients do not.
    const wild = ['--protocol', 'own-filters=10', '--space', 'quick', '--samples', '6', '--retest', '2x2'];
    await nos('search', ...PROGRAM, ...wild, '--run', 'wild');
    const finished = (await board('wild')).map(({ status, retest }) =>
      retest ? retest.diverged < retest.rewards.length : status === 'ok',
    );
    expect(finished).toContain(false);
    expect(finished).toContain(true);
    expect(finished).toEqual([...finished].sort((a, b) => Number(b) - Number(a)));
  });

  it('is planned with the references of its file, and without a run of it', async () => {
    const plan = await nos('search', ...PROGRAM, '--samples', '20', '--dry-run');
    expect(plan).toContain('20 proposals, 2 references,');
    expect(plan).toContain('nos task check --task ./nos.task.json --rules 20');
    expect(rows.filter(({ reference }) => reference).map(({ names }) => names[0])).toEqual(
      expect.arrayContaining(['sgd', 'adam']),
    );
    expect(rows.filter(({ reference }) => reference)).toHaveLength(2);
  });

  it('says that lower is better, in a search, a comparison and on a card', async () => {
    expect(text).toContain('mse: lower is better');
    expect(await nos('compare', 'sgd', ...PROGRAM, '--seeds', '2')).toContain('mse: lower is better');
    await nos('card', 'powersign', ...PROGRAM, '--seeds', '2', '-o', 'card');
    const card = readFileSync(join(home, 'card', 'card.md'), 'utf8');
    expect(card).toContain('The score is mse: lower is better.');
  });
});
