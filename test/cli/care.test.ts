/** Care of runs: extend, rename, annotate, remove; and what is kept without one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../command-line.ts';

const { here, home } = commandLine();
const { json, nos } = here;

const SEARCH = ['search', '--task', 'digits-mlp', '--space', 'quick', '--protocol', 'quick'];

beforeAll(async () => {
  await json([...SEARCH, '--samples', '10', '--run', 'first']);
});

describe('a finished run', () => {
  it('says that it is, and how to extend it', async () => {
    const { code, stdout, stderr } = await nos(['resume', 'first']);
    expect(code).toBe(0);
    expect(stderr).toBe("run 'first' is finished already; to extend it: nos resume first --samples 20\n");
    expect(stdout).toMatch(/^run +first, finished: 10 of 10 rules, \d+ distinct, /m);
  });

  it('is extended to what a longer search gives', async () => {
    const longer = await json([...SEARCH, '--samples', '15', '--run', 'longer']);
    await json([...SEARCH, '--samples', '10', '--run', 'extended']);
    const extended = await json(['resume', 'extended', '--samples', '15']);
    expect(extended).toMatchObject({ status: 'finished', told: 15, config: longer.config });
    expect(extended.rules).toEqual(longer.rules);
    const { code, stderr } = await nos(['resume', 'extended', '--samples', '14']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("run 'extended' has 15 scored rules already"),
    ]);
  });

  it('keeps its length where a file has another for new runs', async () => {
    writeFileSync(join(home, 'other.json'), '{ "samples": 50 }');
    const { stderr } = await nos(['resume', 'first', '--config', 'other.json']);
    expect(stderr).toContain(
      'is finished already; to extend it: nos resume first --samples 20 --config other.json',
    );
  });
});

describe('a timeout', () => {
  it('leaves a run that can be resumed, and exits with 0', async () => {
    const run = [...SEARCH, '--samples', '4000', '--run', 'timed'];
    const stopped = await json([...run, '--timeout', '1s']);
    expect(stopped).toMatchObject({ status: 'stopped', stoppedBy: 'timeout' });
    expect(stopped.told).toBeLessThan(4000);
    expect(stopped.verdict).toMatchObject({ finding: 'undecided' });
    const again = await nos(['resume', 'timed', '--timeout', '0.5s']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(
      'The time is over: no further batch was begun.\ngo on:  nos resume timed\n',
    );
    const { told } = (await json(['show', 'timed'])).run;
    const ended = await json(['resume', 'timed', '--samples', String(told)]);
    expect(ended).toMatchObject({ status: 'finished', told });
    expect(ended.verdict.finding).not.toBe('undecided');
  });

  it.each(['90', '0s', '-1m', '1x', 'h', '1 h', ''])('is not %j', async (text) => {
    const { code, stderr } = await nos([...SEARCH, `--timeout=${text}`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nos: --timeout: expected a /);
  });
});

describe('the list of runs', () => {
  it('tells runs apart, within 80 columns', async () => {
    await nos(['note', 'first', 'a first', 'try']);
    const { stdout } = await nos(['runs'], { COLUMNS: '80' });
    const [head, first, note] = stdout.split('\n');
    expect(head).toMatch(/^run +state +rules +best +strategy .*task +begun +time$/);
    expect(first).toMatch(
      /^first +finished +10\/10 +0\.\d{4} +evolution .*digits-mlp +\d\d-\d\d \d\d:\d\d +\d+ (?:s|min)$/,
    );
    expect(note).toBe('  └ a first try');
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect((await nos(['show', 'first'])).stdout).toMatch(/^note +a first try$/m);
    await nos(['note', 'first', '']);
    expect((await nos(['runs'])).stdout).not.toContain('└');
    const [listed] = (await json(['runs'])).runs;
    expect('note' in listed).toBe(false);
  });
});

describe('a name', () => {
  it('is changed', async () => {
    await json([...SEARCH, '--samples', '5', '--run', 'fith']);
    expect((await nos(['rename', 'fith', 'fifth'])).stdout).toBe("run 'fith' is now 'fifth'\n");
    expect(await json(['top', 'fifth'])).toMatchObject({ run: 'fifth' });
    const lost = await nos(['top', 'fith']);
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining("did you mean 'fifth'?")]);
  });

  it.each([
    [['rename', 'first', 'fifth'], /there is a run 'fifth' already/],
    [['rename', 'frst', 'x'], /unknown run 'frst'\ndid you mean 'first'\?/],
    [['note', 'frst', 'x'], /unknown run 'frst'\ndid you mean 'first'\?/],
    [['rm', 'frst', '--yes'], /unknown run 'frst'\ndid you mean 'first'\?/],
    [['rename', 'first', ' '], /the name of a run cannot be empty/],
    [['rename', 'first', '--', '-x'], /the name of a run cannot begin with a dash/],
    [['note', 'first', 'x\u0007'], /a note cannot hold control characters/],
    [['note', 'first', 'x'.repeat(1001)], /a note of 1001 characters/],
    [[...SEARCH, '--run', ' '], /the name of a run cannot be empty/],
    [['rm', 'first'], /to remove run 'first', --yes is needed/],
    [['rm', 'first', 'fifth', '--json'], /"to remove 2 runs, --yes is needed: nobody can be asked"/],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await nos(args);
    expect(code).toBe(2);
    expect(stderr + stdout).toMatch(message);
  });
});

it('rm removes runs, all or none, and says what was freed', async () => {
  for (const [run, seed] of [
    ['one', '21'],
    ['two', '22'],
  ]) {
    await json([...SEARCH, '--samples', '5', '--seed', seed as string, '--run', run as string]);
  }
  const before = (await json(['runs'])).runs.length;
  expect((await nos(['rm', 'one', 'none', '--yes'])).code).toBe(2);
  expect((await json(['runs'])).runs).toHaveLength(before);
  const { stdout } = await nos(['rm', 'one', '--yes']);
  expect(stdout).toMatch(/^removed run 'one': 5 proposals and \d+ evaluations, [\d.]+ kB freed/);
  const { removed } = await json(['rm', 'two', '--yes']);
  expect(removed).toMatchObject([{ run: 'two', proposals: 5, evaluations: expect.any(Number) }]);
  expect((await nos(['show', 'two'])).code).toBe(2);
  expect((await json(['top', 'first'])).rules.length).toBeGreaterThan(5);
});

it('rm asks on a terminal', async () => {
  const store = join(home, 'asked.db');
  await json([...SEARCH, '--samples', '5', '--run', 'asked', '--store', store]);
  const asked: string[] = [];
  const answer = (text: string) => async (question: string) => {
    asked.push(question);
    return text;
  };
  const kept = await nos(['rm', 'asked', '--store', store], {}, answer(''));
  expect([kept.code, kept.stdout]).toEqual([1, 'nothing is removed\n']);
  expect(asked).toEqual(['  asked: 5 scored rules\nRemove it? [y/N] ']);
  expect((await nos(['rm', 'asked', '--store', store], {}, answer('y'))).code).toBe(0);
  expect((await json(['runs', '--store', store])).runs).toEqual([]);
});

it('eval keeps what it did, and does not do it again', async () => {
  const args = ['eval', 'g', 'sgd', 'g * 1', '--task', 'digits-mlp', '--seeds', '2', '--seed', '77'];
  const first = await json(args);
  expect(first.evaluations.map(({ rule, seed }: { rule: string; seed: number }) => [rule, seed])).toEqual([
    ['g', 77],
    ['g', 78],
    ['sgd', 77],
    ['sgd', 78],
    ['g * 1', 77],
    ['g * 1', 78],
  ]);
  const again = await nos(args);
  expect(again.stderr).toContain('2 evaluations of the store, not made again');
  expect((await json(args)).evaluations).toEqual(first.evaluations);
  const { tasks } = await json(['compare', 'g', '--against', 'm', ...args.slice(4)]);
  expect(tasks[0].rows.find(({ rule }: { rule: string }) => rule === 'g').rewards).toEqual(
    first.evaluations.slice(0, 2).map(({ reward }: { reward: number }) => reward),
  );
});

it('a search without a strategy says which one it takes', async () => {
  const said = async (more: readonly string[]) => (await nos([...SEARCH, '--samples', '1', ...more])).stderr;
  expect(await said([])).toMatch(/^strategy evolution \(the default: .*--strategy rl is the paper's\)$/m);
  expect(await said(['--strategy', 'evolution'])).not.toMatch(/^strategy/m);
  expect((await nos(['search', '--help'])).stdout).toMatch(/--strategy <NAME>[^-]*\[evolution\]/);
});
