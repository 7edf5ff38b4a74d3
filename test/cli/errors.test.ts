import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { describe, expect, it } from 'vitest';
import { commands as entries } from '../../src/cli/commands/index.ts';
import { flagOf, metaOf } from '../../src/cli/option.ts';
import { commonOptions, settings } from '../../src/cli/options.ts';
import { commandLine, type Outcome } from '../command-line.ts';

const { finish, here, home, nos } = commandLine();

const PAGE = resolve('docs/cli.md');
const NOS = resolve('bin/nos');

describe.concurrent('help', () => {
  const commands = entries.map(({ name }) => name);
  it.each(commands)('nos %s --help shows an example', async (command) => {
    const { code, stdout, stderr } = await here.nos([...command.split(' '), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Example:\n {2}nos /);
    expect(stdout).toContain('--json');
  });

  it('of nos names every command; nos alone shows it and is wrong usage', async () => {
    const { stdout, ...ended } = await nos(['--help']);
    expect(ended).toEqual({ code: 0, stderr: '' });
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name.split(' ')[0]} `, 'm'));
    expect(await nos([])).toMatchObject({ code: 2, stdout: '' });
    expect((await nos(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('and docs/cli.md name every option', async () => {
    const page = readFileSync(PAGE, 'utf8');
    const loaded = await Promise.all(entries.map((entry) => entry.load()));
    const options = Object.assign({}, commonOptions, ...loaded.map(({ command }) => command.options));
    for (const name of Object.keys(options)) expect(page).toContain(`\`${flagOf(name)}\``);
    const aliases = Object.values(settings).flatMap((option) => metaOf(option).alias ?? []);
    for (const variable of aliases) expect(page).toContain(`\`${variable}\``);
  });
});

describe.concurrent('bad input is one line that says where, and exits with 2', () => {
  const tooLong = Array.from({ length: 600 }, () => 'g').join(' + ');
  const cases: readonly [string, readonly string[], RegExp][] = [
    ['a function', ['rule', 'foo(g)'], /unknown function 'foo' at column 1\n {2}foo\(g\)\n {2}\^\n/],
    ['an operand', ['rule', 'g + h'], /unknown operand 'h' at column 5\n {2}g \+ h\n {6}\^\n/],
    ['a parenthesis', ['rule', '(g + m'], /'\(' is never closed at column 1/],
    ['nothing', ['rule', ''], /empty rule/],
    ['1,000 nodes', ['rule', tooLong], /1,?000 nodes/],
    ['a rule of eval', ['eval', 'adam', 'gg', '--task', 'digits-mlp'], /unknown (operand|rule) 'gg'/],
    ['an environment', ['eval', 'adam', '--task', 'digits-mlp', '--environment', '4bits'], /'4bits'/],
    ['a function', ['trajectory', 'g', '--function', 'rosenbrok'], /unknown function 'rosenbrok'/],
    ['a learning rate', ['trajectory', 'g', '--learning-rate', '0'], /expected a positive number, got '0'/],
    ['an experiment', ['reproduce', 'figure66'], /unknown experiment 'figure66'/],
    ['a scale', ['reproduce', 'figure6', '--scale', 'x'], /--scale: expected a positive number/],
    ['a larger scale', ['reproduce', 'figure5', '--scale', '2'], /--scale: .* of at most 1, got '2'/],
    ['seeds of nothing', ['reproduce', 'figure6', '--seeds', '5'], /--seeds: figure6 trains nothing/],
    ['a task of nothing', ['reproduce', 'figure6', '--task', 'x'], /--task: figure6 trains nothing/],
    ['steps', ['trajectory', 'g', '--steps', '100001'], /--steps: .* from 1 to 100000, got '100001'/],
    [
      'a task',
      ['eval', 'adam', '--task', 'digit-mlp'],
      /unknown task 'digit-mlp'\ndid you mean 'digits-mlp'/,
    ],
    ['a task module', ['eval', 'adam', '--task', './none.mjs'], /none\.mjs/],
    ['a space', ['space', 'qick'], /unknown space 'qick'\ndid you mean 'quick'/],
    ['a constraint', ['search', '--constraints', 'distict'], /unknown constraint 'distict'/],
    [
      'an operand of a space',
      ['search', '--operands', 'g,sqrt(h)'],
      /operands: 'sqrt\(h\)': unknown operand 'h' at column 6\n {2}sqrt\(h\)\n {7}\^\n/,
    ],
    ['an operand twice', ['space', 'quick', '--operands', 'g,1*g'], /operands: 'g' and '1\*g' mean the same/],
    ['no operand', ['space', 'quick', '--operands', 'g,,m'], /--operands: expected a value, got nothing/],
    ['a unary function of nothing', ['search', '--unary', 'exp(g)'], /unary: 'exp\(g\)' is no function of x/],
    [
      'a unary function of two',
      ['space', 'quick', '--unary', 'x * y'],
      /unary: .*unknown operand 'y' at column 5/,
    ],
    ['a binary function', ['space', 'quick', '--binary', 'x +'], /binary: 'x \+': expected .* the rule ends/],
    [
      'a space without rules',
      ['search', '--binary', 'x + y', '--constraints', 'no-final-add'],
      /space 'icml2017\/2\*' has no rule under no-final-add/,
    ],
    ['iterations', ['search', '--iterations', '4'], /expected 1, 2 or 3, got 4/],
    ['a protocol', ['search', '--protocol', 'qick'], /unknown protocol 'qick'/],
    ['a strategy', ['search', '--strategy', 'rll'], /unknown strategy 'rll'/],
    ['an algorithm', ['search', '--algorithm', 'reinforced'], /unknown algorithm 'reinforced'/],
    ['a strategy option', ['search', '--option', 'lr=1'], /no option 'lr'/],
    [
      'a warm start',
      ['search', '--strategy', 'tree', '--warm-start', 'adam,clip(tanh(g), 1)'],
      /space 'icml2017\/2' has no string for 'clip\(tanh\(g\), 1\)'/,
    ],
    ['a preset', ['search', '--preset', 'qick'], /unknown preset 'qick'/],
    ['a number', ['search', '--samples', 'ten'], /--samples: expected an integer of 1 or more, got 'ten'/],
    ['a run', ['top', 'none'], /none/],
    ['a run to resume', ['resume', 'none'], /none/],
    ['a run to log', ['log', 'none'], /none/],
    ['a run to show', ['show', 'none'], /none/],
    ['a run to plot', ['plot', 'none'], /none/],
    ['an index', ['show', 'none', 'x'], /expected 0, 1, 2, …, got 'x'/],
    ['two forms', ['log', 'none', '--csv', '--jsonl'], /expected one of them/],
    ['a data set', ['data', 'fetch', 'cifar'], /unknown data set 'cifar'/],
    [
      'a strategy to compare',
      ['bench', 'strategies', '--strategies', 'evolutoin'],
      /unknown strategy 'evolutoin'\ndid you mean 'evolution'/,
    ],
    [
      'a landscape',
      ['bench', 'strategies', '--landscapes', 'part'],
      /unknown landscape 'part'\ndid you mean 'parts'/,
    ],
    [
      'a budget',
      ['bench', 'strategies', '--budget', '9'],
      /--budget: expected an integer of 10 or more, got '9'/,
    ],
    ['an option', ['search', '--sampels', '3'], /unknown option '--sampels'\nDid you mean --samples\?/],
    ['a command', ['serach'], /unknown command 'serach'\nDid you mean search\?/],
    ['a command of data', ['data', 'fech'], /unknown command 'fech'/],
    [
      'too few arguments',
      ['rule'],
      /missing required argument 'rule'\nusage: nos rule \[options\] <rule>; a rule is a name of `nos rules`/,
    ],
    ['no run', ['top'], /missing required argument 'run'\nusage: nos top .*; `nos runs` lists the runs/],
    [
      'too many arguments',
      ['rule', 'g', 'm'],
      /too many arguments: 'm' .*\na rule with spaces is quoted: nos rule 'g m'/,
    ],
    [
      'a task without its flag',
      ['search', 'digits-mlp'],
      /too many arguments: 'digits-mlp' .*\na task is an option: `nos search --task digits-mlp`/,
    ],
    ['a task to show', ['tasks', 'digt-mlp'], /unknown task 'digt-mlp'\ndid you mean 'digits-mlp'/],
    [
      'several rules in one',
      ['eval', 'adam,sgd', '--task', 'digits-mlp'],
      /found ','.*\n {2}adam,sgd\n {6}\^\n.*several rules are separate arguments/,
    ],
    ['a value', ['search', '--samples'], /argument missing/],
  ];
  it.each(cases)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await here.nos(args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^nos: /);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(4);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('with --json too, as a document', async () => {
    const { code, stdout } = await nos(['rule', 'foo(g)', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'bad-rule',
      message: expect.stringContaining('foo'),
    });
  });

  it('and --debug adds the stack', async () => {
    expect((await here.nos(['rule', 'foo(g)', '--debug'])).stderr).toMatch(/^ +at /m);
  });

  it('in the environment and in the configuration file', async () => {
    const variable = await here.nos(['space'], { NOS_SPCAE: 'quick' });
    expect([variable.code, variable.stderr]).toEqual([2, expect.stringContaining("'NOS_SPCAE'")]);
    writeFileSync(join(home, 'bad.json'), '{"sampels": 3}');
    const file = await here.nos(['search', '--config', 'bad.json']);
    expect([file.code, file.stderr]).toEqual([2, expect.stringContaining("'sampels'")]);
    writeFileSync(join(home, 'none.json'), '{"unary": []}');
    const none = await here.nos(['space', '--config', 'none.json']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('unary: expected one or more')]);
  });

  it('a name that is taken', async () => {
    const small = ['--task', 'digits-mlp', '--space', 'quick', '--strategy', 'random', '--samples', '1'];
    const args = ['search', ...small, '--workers', '1', '--run', 'twice'];
    expect((await here.nos(args)).code).toBe(0);
    const { code, stderr } = await here.nos(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('twice')]);
  });
});

describe('what is wrong with the machine exits with 1', () => {
  const blocked = (): string => {
    const file = join(home, 'a-file');
    writeFileSync(file, '');
    return join(file, 'below');
  };
  const expectFailure = ({ code, stdout, stderr }: Outcome, message: RegExp): void => {
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  };

  it('a store that cannot be written', async () => {
    expectFailure(await nos(['runs', '--store', blocked()]), /a-file/);
  });

  it('a directory of data that cannot be written', async () => {
    expectFailure(
      await here.nos(['data', 'fetch', 'cifar10', '--data', blocked()]),
      /cannot write data sets/,
    );
  });

  it('a directory of comparisons that cannot be written', async () => {
    const bench = ['bench', 'strategies', '--strategies', 'random', '--budget', '10', '--repeats', '2'];
    expectFailure(
      await here.nos([...bench, '-o', blocked()]),
      /cannot write [^\n]*a-file[^\n]*\nname another by --output/,
    );
    expectFailure(
      await here.nos([...bench, '-o', 'a-file']),
      /a-file[^\n]*\nchoose another directory: -o DIR/,
    );
  });

  it('a store of a newer version, which is left as it is', async () => {
    const path = join(home, 'newer.db');
    await here.nos(['runs', '--store', path]);
    const client = createClient({ url: pathToFileURL(path).href });
    await client.execute('PRAGMA user_version = 99');
    client.close();
    expectFailure(await here.nos(['runs', '--store', path]), /newer/);
  });

  it('a file that is no store', async () => {
    const path = join(home, 'text.db');
    writeFileSync(path, 'no database at all, but long enough to look at'.repeat(100));
    expectFailure(await here.nos(['top', 'x', '--store', path]), /text\.db/);
  });

  it('a data file that is damaged', async () => {
    const data = join(home, 'damaged');
    mkdirSync(join(data, 'cifar10'), { recursive: true });
    for (const name of [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin')) {
      writeFileSync(join(data, 'cifar10', name), 'damaged');
    }
    expectFailure(
      await here.nos(['eval', 'adam', '--task', 'cifar10-convnet', '--data', data]),
      /data_batch_1\.bin is not the published file[^\n]*\n[^\n]*nos data fetch cifar10/,
    );
    const { code, stdout } = await here.nos(['doctor', '--data', data]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail +cifar10/m);
    expect(stdout).toMatch(/^ok +engine/m);
  });
});

describe('nos doctor', () => {
  it('misses the data of a first search, and of other data sets says how to get them', async () => {
    const empty = join(home, 'empty');
    const fetch = (name: string): string => `nos data fetch ${name} --data ${empty}`;
    const { healthy, checks } = await here.json(['doctor', '--data', empty]);
    expect(healthy).toBe(true);
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'cifar10', state: 'warn', todo: fetch('cifar10') }),
    );
    for (const name of ['mnist', 'fashion-mnist', 'multi30k', 'wmt14']) {
      const detail = `not fetched; \`${fetch(name)}\` when you want it`;
      expect(checks).toContainEqual({ name, state: 'absent', detail });
    }
    const { code, stdout } = await here.nos(['doctor', '--data', empty]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warn +cifar10 .* is missing\n +nos data fetch cifar10 --data \S+$/m);
    expect(stdout).toMatch(/^- +mnist +not fetched; `nos data fetch mnist --data \S+` when you want it$/m);
    expect(stdout).toMatch(/^(ok|warn) +disk +[\d.]+ [MGT]B free in \//m);
  });
});

describe('the shell', () => {
  it('may close our output early', async () => {
    const script = `set -o pipefail; "${process.execPath}" "${NOS}" rules --json | head -c 10`;
    const child = spawn('bash', ['-c', script], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    expect(await finish(child)).toMatchObject({ code: 0, stderr: '' });
  });
});
