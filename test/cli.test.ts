import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flagOf, optionNames, variableOf } from '../src/cli/options.ts';
import { parseRule, ruleKey } from '../src/rules/index.ts';

/** The built program, as a script would call it: `npm run build` comes first. */
const NOS = resolve('bin/nos');

// Each test starts processes, some of them searches: a busy machine takes its time.
vi.setConfig({ testTimeout: 240_000 });

let home: string;
beforeAll(() => {
  expect(existsSync('dist/cli/main.js'), 'run `npm run build` first').toBe(true);
  home = mkdtempSync(join(tmpdir(), 'nos-cli-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A working directory, a home and a store of the test's own, and no NOS_… of the developer's. */
function start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NOS_'));
  const env = {
    ...Object.fromEntries(clean),
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    NOS_STORE: join(home, 'nos.db'),
    ...variables,
  };
  return spawn(process.execPath, [NOS, ...args], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finish(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const nos = (args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Outcome> =>
  finish(start(args, variables));

/** The document of a command that must succeed. */
async function json(args: readonly string[], variables?: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await nos([...args, '--json'], variables);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const SEARCH = ['search', '--task', 'digits-mlp', '--space', 'quick', '--workers', '2'];

describe('rules and spaces', () => {
  it('nos rule --json holds what the contract says', async () => {
    const document = await json(['rule', 'drop(m, 0.3) * exp(1e-3 * w)']);
    expect(document).toEqual({
      text: 'drop(m, 0.3) * exp(1e-3 * w)',
      canonical: expect.stringContaining('drop('),
      key: expect.stringMatching(/^[0-9a-f]+$/),
      latex: expect.stringContaining('\\hat m'),
      slots: 1,
      flopsPerWeight: expect.any(Number),
      names: expect.arrayContaining(['optimizer2']),
    });
  });

  it('a name and its text are one rule', async () => {
    const [byName, byText] = await Promise.all([
      json(['rule', 'adam']),
      json(['rule', 'm / (sqrt(v) + eps)']),
    ]);
    expect(byName.key).toBe(byText.key);
    expect(byName.names).toContain('adam');
  });

  it('a rule may begin with a minus sign, after --', async () => {
    const { code, stdout } = await nos(['rule', '--', '-g']);
    expect(code).toBe(0);
    expect(stdout).toContain('-g');
  });

  it('prints text without colours where nobody looks', async () => {
    const { stdout } = await nos(['rules']);
    expect(stdout).toContain('powersign');
    expect(stdout.includes('\u001b')).toBe(false);
  });

  it('knows the exact sizes of spaces', async () => {
    const { stdout } = await nos(['space', 'icml2017']);
    expect(stdout).toMatch(/^1 iteration +154,880 token strings$/m);
    const document = await json(['space', 'icml2017', '--iterations', '1', '--constraints', 'distinct']);
    expect(document.size).toBe(16 * 15 * 11 * 11 * 5);
    expect((await json(['space', 'arxiv2017'])).sizes[2].size).toBe(String(317_520n * 348_480n * 380_880n));
  });

  it('show a space of chosen operands and functions', async () => {
    const choice = ['--operands', 'm / (sqrt(v)+eps), sqrt(abs(g))', '--unary', '-x,x', '--binary', 'x*y'];
    const document = await json(['space', 'quick', ...choice]);
    expect(document).toMatchObject({
      name: 'quick',
      iterations: 2,
      chosen: ['operands', 'unary', 'binary'],
      operands: ['adam', 'sqrt(abs(g))'],
      unary: ['-x', 'x'],
      binary: ['x * y'],
      size: 2 ** 4 * (3 * 2) ** 2,
    });
    const { stdout } = await nos(['space', 'quick', ...choice]);
    expect(stdout).toMatch(
      /^space +quick: with operands, unary, binary as chosen\noperands \(2\) +adam {2}sqrt/,
    );
    const listed = await json(['space'], { NOS_OPERANDS: 'g,clip(m, 1e-3)' });
    expect(listed.spaces[0]).toMatchObject({
      name: 'quick',
      chosen: ['operands'],
      size: (2 * 36 * 3 * 3) ** 2,
    });
  });

  it('count the distinct rules of a small space, and bound their share in a large one', async () => {
    const small = await json(['space', 'quick/1']);
    expect(small.distinct).toEqual({ counted: true, rules: 2023, share: 2023 / 6912 });
    const { stdout, stderr } = await nos(['space', 'quick/1']);
    expect(stdout).toMatch(/^distinct rules +2,023, 29\.3 % of the strings \(counted\)$/m);
    expect(stderr).toBe('');
    const { distinct } = await json(['space', 'quick', '--operands', 'g,m,v,adam']);
    expect(distinct).toEqual({
      counted: false,
      samples: 10_000,
      atMost: expect.any(Number),
      error: expect.any(Number),
      coincidence: expect.any(Number),
      coincidenceError: expect.any(Number),
    });
    expect(distinct.atMost).toBeGreaterThan(distinct.error);
    expect(await json(['space'])).not.toHaveProperty('spaces.0.distinct');
  });

  it.each(['rules', 'space', 'tasks', 'runs', 'data list'])(
    'nos %s --json is one document',
    async (command) => {
      expect(Object.values(await json(command.split(' '))).some(Array.isArray)).toBe(true);
    },
  );
});

describe('nos eval', () => {
  it('--json holds what the contract says, for each rule and seed', async () => {
    const args = ['eval', 'adam', 'exp(exp(exp(g)))', '--task', 'digits-mlp', '--seeds', '2', '--seed', '5'];
    const document = await json(args);
    expect(Object.keys(document)).toEqual(['task', 'protocol', 'environment', 'evaluations']);
    expect(document.evaluations.map(({ seed }: { seed: number }) => seed)).toEqual([5, 6, 5, 6]);
    const [adam, , hopeless] = document.evaluations;
    expect(adam).toMatchObject({
      rule: 'adam',
      key: expect.any(String),
      status: 'ok',
      edgeOfGrid: false,
      steps: expect.any(Number),
      seconds: expect.any(Number),
      fingerprint: expect.stringContaining('onnxruntime'),
    });
    expect(adam.reward).toBeGreaterThan(0.8);
    expect(adam.curve).toHaveLength(5);
    expect(adam.sweep.map((point: { learningRate: number }) => point.learningRate)).toContain(
      adam.learningRate,
    );
    expect(JSON.stringify(hopeless)).not.toContain('null');
  });

  it('scores in an environment', async () => {
    const args = ['eval', 'sgd', '--task', 'digits-mlp', '--environment', 'gradient-1bit'];
    const document = await json(args);
    expect(document).toMatchObject({
      environment: 'gradient-1bit',
      evaluations: [{ environment: 'gradient-1bit' }],
    });
  });

  it('writes progress to stderr and a table to stdout', async () => {
    const { stdout, stderr } = await nos(['eval', 'g', '--task', 'digits-mlp']);
    expect(stdout).toMatch(/^rule +reward +status +rate +time\ng +0\.\d{4} +ok/);
    expect(stderr).toMatch(/^1\/1 {2}g/);
  });
});

describe('nos trajectory', () => {
  it('draws, tabulates, and gives every point', async () => {
    const args = ['trajectory', 'sgd', 'adam', '--function', 'saddle', '--steps', '50'];
    const document = await json([...args, '-o', 'saddle.svg']);
    expect(document).toMatchObject({
      file: join(home, 'saddle.svg'),
      function: { name: 'saddle', least: -0.25, start: [1.2, 0.001] },
      steps: 50,
      seed: 1,
    });
    expect(document.learningRates).toHaveLength(13);
    const [sgd, adam] = document.trajectories;
    expect([sgd.rule, adam.rule]).toEqual(['sgd', 'adam']);
    expect(sgd.points).toHaveLength(51);
    expect(sgd.sweep.map((point: { learningRate: number }) => point.learningRate)).toContain(
      sgd.learningRate,
    );
    expect(readFileSync(join(home, 'saddle.svg'), 'utf8')).toMatch(/^<svg/);
    const { stdout } = await nos([...args, '--learning-rate', '0.1']);
    expect(stdout).toMatch(/wrote .*saddle\.svg\n\nrule +rate +above the least +distance\nsgd +1e-1 /);
  });
});

describe('nos reproduce', () => {
  it('writes data, a picture and a page, and says the page', async () => {
    const { code, stdout } = await nos(['reproduce', 'figure6', '--scale', '0.005', '-o', 'six']);
    expect(code).toBe(0);
    const page = readFileSync(join(home, 'six', 'README.md'), 'utf8');
    expect(stdout).toContain(page.trim());
    expect(page).toContain('`nos reproduce figure6 --scale 0.005 -o six`');
    for (const file of ['figure6.svg', 'trajectories.csv', 'data.json']) {
      expect(existsSync(join(home, 'six', file)), file).toBe(true);
    }
    const document = await json(['reproduce', 'figure6', '--scale', '0.005', '-o', 'six']);
    expect(document).toMatchObject({ experiment: 'figure6', scale: 0.005, findings: { steps: 20 } });
    const written = JSON.parse(readFileSync(join(home, 'six', 'data.json'), 'utf8'));
    expect(document.findings).toEqual(written);
  });
});

describe('a run', () => {
  const run = [...SEARCH, '--samples', '10', '--run', 'first'];

  it('ends with a leaderboard, and can be read by every command', async () => {
    const found = await json(run);
    expect(found).toMatchObject({ run: 'first', status: 'finished', told: 10, version: expect.any(String) });
    expect(found.rules.filter((row: { reference: boolean }) => row.reference)).toHaveLength(5);
    expect(found.rules[0]).toMatchObject({ rank: 1, evaluations: 4, retest: { rewards: expect.any(Array) } });

    const top = await json(['top', 'first', '-n', '3']);
    expect(top.run).toBe('first');
    expect(top.rules).toEqual(found.rules.slice(0, 3));
    for (const name of ['rank', 'rule', 'key', 'reward', 'learningRate', 'evaluations']) {
      expect(top.rules[0]).toHaveProperty(name);
    }
    const [listed] = (await json(['runs'])).runs.filter(({ name }: { name: string }) => name === 'first');
    expect(listed).toMatchObject({ status: 'finished', told: 10, config: { task: 'digits-mlp' } });

    const { evaluations } = await json(['log', 'first']);
    expect(evaluations.filter(({ role }: { role: string }) => role === 'proposal')).toHaveLength(10);
    const csv = (await nos(['log', 'first', '--csv'])).stdout.trimEnd().split('\n');
    expect(csv).toHaveLength(1 + evaluations.length);
    expect(csv[0]).toMatch(/^role,index,rule,key,reward,/);
    const jsonl = (await nos(['log', 'first', '--jsonl'])).stdout.trimEnd().split('\n');
    expect(jsonl.map((line) => JSON.parse(line))).toEqual(evaluations);

    expect((await json(['show', 'first'])).run).toMatchObject({ name: 'first', status: 'finished' });
    const whole = await nos(['show', 'first']);
    expect(whole.stdout).toMatch(/^space +quick$/m);
    expect(whole.stdout).not.toMatch(/^operands/m);
    const { proposal } = await json(['show', 'first', '9']);
    expect(proposal).toMatchObject({ index: 9, batch: 1, evaluation: { task: 'digits-mlp' } });
    const shown = await nos(['show', 'first', '9']);
    expect(shown.stdout.replaceAll(/ +/g, ' ')).toContain(`\nrule ${proposal.rule}`);
    expect((await nos(['top', 'first'])).stdout).toContain('◆ reference rule');
  });

  it('remembers the operands and functions that it chose from, also where it is resumed', async () => {
    const choice = ['--iterations', '1', '--operands', 'g,tanh(m)', '--unary=-x', '--binary', 'x * y,x'];
    const { config } = await json([...SEARCH, ...choice, '--samples', '4', '--run', 'chosen']);
    expect(config.space).toEqual({
      name: 'quick',
      iterations: 1,
      operands: ['g', 'tanh(m)'],
      unary: ['-x'],
      binary: ['x * y', 'x'],
    });
    expect((await json(['resume', 'chosen'])).config).toEqual(config);
    const { evaluations } = await json(['log', 'chosen']);
    const possible = ['-g', '-tanh(m)', 'g * g', 'g * tanh(m)', 'tanh(m) * tanh(m)'];
    const keys = possible.map((text) => ruleKey(parseRule(text)));
    const found = evaluations.filter(({ role }: { role: string }) => role === 'proposal');
    expect(found).toHaveLength(4);
    for (const { key } of found) expect(keys).toContain(key);
    const { stdout } = await nos(['show', 'chosen']);
    expect(stdout).toMatch(/^space +quick, iterations 1$/m);
    expect(stdout).toMatch(/^operands \(2\) +g {2}tanh\(m\)\nunary \(1\) +-x\nbinary \(2\) +x \* y {2}x$/m);
  });

  it('says a line a batch on stderr, and what to do next on stdout', async () => {
    const { code, stdout, stderr } = await nos([...SEARCH, '--samples', '10']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^batch 2 {2}10\/10 rules {2}mean 0\.\d+ {2}best 0\.\d+ /m);
    expect(stdout).toMatch(/^run +quick-1, finished: 10 of 10 rules/m);
    expect(stdout).toContain('nos top quick-1');
  });

  it('is drawn by plot, with figures', async () => {
    const file = join(home, 'drawn.svg');
    const runs = ['first', 'quick-1'];
    const document = await json(['plot', ...runs, '-o', 'drawn.svg']);
    expect(document).toMatchObject({ file, task: 'digits-mlp', protocol: 'quick', chance: 0.1, window: 5 });
    const { evaluations } = await json(['log', 'first']);
    const proposals = evaluations.filter(({ role }: { role: string }) => role === 'proposal');
    expect(document.curves[0].rewards).toEqual(proposals.map(({ reward }: { reward: number }) => reward));
    // Both runs are of one seed, one of them under another name.
    expect(document.curves[1]).toEqual({ ...document.curves[0], run: 'quick-1' });
    expect(document.leads).toMatchObject([{ run: 'first', over: 'quick-1', difference: 0 }]);
    const svg = readFileSync(file, 'utf8');
    expect(svg.match(/<circle[^>]*r="2"/g)).toHaveLength(20);
    for (const text of [...runs, 'chance', 'sampled rules']) expect(svg).toContain(`>${text}</text>`);

    const { code, stdout } = await nos(['plot', 'first']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^wrote .*first\.svg\n\nrun +rules +distinct +ends +first +last +last less first\nfirst +10\/10 /,
    );
    expect(stdout).toContain('fewer than 200 rules');
    expect(readFileSync(join(home, 'first.svg'), 'utf8')).toContain('</svg>');
    const lost = await nos(['plot', 'first', '-o', join(home, 'none', 'drawn.svg')]);
    expect([lost.code, lost.stderr]).toEqual([1, expect.stringMatching(/^nos: cannot write the picture: /)]);
  });

  it('is estimated by --dry-run, which stores nothing', async () => {
    const store = join(home, 'dry.db');
    const document = await json([...SEARCH, '--samples', '10', '--dry-run', '--store', store]);
    expect(document.evaluations).toEqual({ proposals: 10, references: 5, retests: 30, total: 45 });
    expect(document.secondsPerStep).toBeGreaterThan(0);
    expect(existsSync(store)).toBe(false);
  });

  /** Starts a search and sends it a signal once its first batch is told. */
  async function stop(signal: NodeJS.Signals, args: readonly string[]): Promise<Outcome> {
    const child = start([...SEARCH, ...args]);
    child.stderr?.on('data', (text: string) => {
      if (text.includes('batch 1 ')) child.kill(signal);
    });
    return finish(child);
  }

  it('stopped by SIGINT exits with 130, and resume gives what it would have given', async () => {
    const args = ['--samples', '25', '--seed', '3', '--json', '--run'];
    const { code, stdout } = await stop('SIGINT', [...args, 'stopped']);
    expect(code).toBe(130);
    const stopped = JSON.parse(stdout);
    expect(stopped.status).toBe('stopped');
    expect(stopped.told).toBeLessThan(25);
    const resumed = await json(['resume', 'stopped']);
    const other = { NOS_STORE: join(home, 'undisturbed.db') };
    const undisturbed = JSON.parse((await nos([...SEARCH, ...args, 'whole'], other)).stdout);
    expect(resumed.rules).toEqual(undisturbed.rules);
  });

  it('stopped by SIGTERM exits with 143, and prints the command that goes on', async () => {
    const { code, stdout } = await stop('SIGTERM', ['--samples', '500', '--run', 'terminated']);
    expect(code).toBe(143);
    expect(stdout).toContain('nos resume terminated');
  });
});

describe('nos bench strategies', () => {
  const bench = ['bench', 'strategies', '--landscapes', 'digits-mlp', '--repeats', '3'];
  const contest = [...bench, '--strategies', 'random,evolution', '--budget', '60'];

  it('compares strategies on stdout, counts on stderr, and writes pictures and figures', async () => {
    const { code, stdout, stderr } = await nos([...contest, '-o', 'compared']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^digits-mlp, noise 0\nstrategy +60 +to best 1 % +new\nrandom +0\.\d{3} \[0\.\d{3}, /,
    );
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
    const { code, stdout, stderr } = await nos([...contest, '-o', 'compared', '--json']);
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
    expect(document.curves[0].points.at(-1)).toMatchObject({
      samples: 60,
      regret: { mean: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
    });

    const fewer = await json([...bench, '--strategies', 'evolution', '--budget', '60', '-o', 'compared']);
    expect(fewer).toEqual(document);
    expect(await json([...contest, '-o', 'elsewhere', '--workers', '1'])).toEqual(document);
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

describe.concurrent('help', () => {
  const commands =
    'search resume runs top show log plot eval compare card funnel rule rules space tasks doctor'.split(' ');
  it.each([...commands, 'data fetch', 'data list', 'bench strategies'])(
    'nos %s --help shows an example',
    async (command) => {
      const { code, stdout, stderr } = await nos([...command.split(' '), '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/Example:\n {2}nos /);
      expect(stdout).toContain('--json');
    },
  );

  it('of nos names every command; nos alone shows it and is wrong usage', async () => {
    const { stdout } = await nos(['--help']);
    for (const name of [...commands, 'data', 'bench']) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await nos([])).toMatchObject({ code: 2, stdout: '' });
    expect((await nos(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('and docs/cli.md name every option', () => {
    const page = readFileSync('docs/cli.md', 'utf8');
    for (const name of optionNames) expect(page).toContain(`\`${flagOf(name)}\``);
    for (const name of ['task', 'store', 'data', 'workers'] as const)
      expect(page).toContain(variableOf(name));
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
    ['too few arguments', ['rule'], /missing required argument 'rule'/],
    ['too many arguments', ['rule', 'g', 'm'], /too many arguments/],
    ['a value', ['search', '--samples'], /argument missing/],
  ];
  it.each(cases)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await nos(args);
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
    expect((await nos(['rule', 'foo(g)', '--debug'])).stderr).toMatch(/^ +at /m);
  });

  it('in the environment and in the configuration file', async () => {
    const variable = await nos(['space'], { NOS_SPCAE: 'quick' });
    expect([variable.code, variable.stderr]).toEqual([2, expect.stringContaining("'NOS_SPCAE'")]);
    writeFileSync(join(home, 'bad.json'), '{"sampels": 3}');
    const file = await nos(['search', '--config', 'bad.json']);
    expect([file.code, file.stderr]).toEqual([2, expect.stringContaining("'sampels'")]);
    writeFileSync(join(home, 'none.json'), '{"unary": []}');
    const none = await nos(['space', '--config', 'none.json']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('unary: expected one or more')]);
  });

  it('a name that is taken', async () => {
    const args = [...SEARCH, '--samples', '1', '--run', 'twice'];
    expect((await nos(args)).code).toBe(0);
    const { code, stderr } = await nos(args);
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
    expectFailure(await nos(['data', 'fetch', 'cifar10', '--data', blocked()]), /cannot write data sets/);
  });

  it('a directory of comparisons that cannot be written', async () => {
    const bench = ['bench', 'strategies', '--strategies', 'random', '--budget', '10', '--repeats', '2'];
    expectFailure(await nos([...bench, '-o', blocked()]), /a-file[^\n]*\nchoose another directory: -o DIR/);
    expectFailure(await nos([...bench, '-o', 'a-file']), /a-file[^\n]*\nchoose another directory: -o DIR/);
  });

  it('a store of a newer version, which is left as it is', async () => {
    const path = join(home, 'newer.db');
    await nos(['runs', '--store', path]);
    const client = createClient({ url: pathToFileURL(path).href });
    await client.execute('PRAGMA user_version = 99');
    client.close();
    expectFailure(await nos(['runs', '--store', path]), /newer/);
  });

  it('a file that is no store', async () => {
    const path = join(home, 'text.db');
    writeFileSync(path, 'no database at all, but long enough to look at'.repeat(100));
    expectFailure(await nos(['top', 'x', '--store', path]), /text\.db/);
  });

  it('a data file that is damaged', async () => {
    const data = join(home, 'damaged');
    mkdirSync(join(data, 'cifar10'), { recursive: true });
    for (const name of [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin')) {
      writeFileSync(join(data, 'cifar10', name), 'damaged');
    }
    expectFailure(
      await nos(['eval', 'adam', '--task', 'cifar10-convnet', '--data', data]),
      /data_batch_1\.bin is damaged[^\n]*\n[^\n]*nos data fetch cifar10/,
    );
    const { code, stdout } = await nos(['doctor', '--data', data]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail +cifar10/m);
    expect(stdout).toMatch(/^ok +engine/m);
  });
});

describe('the shell', () => {
  it('may close our output early', async () => {
    const script = `set -o pipefail; "${process.execPath}" "${NOS}" rules --json | head -c 10`;
    const child = spawn('bash', ['-c', script], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    expect(await finish(child)).toMatchObject({ code: 0, stderr: '' });
  });
});
