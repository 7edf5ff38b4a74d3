import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport, CheckResult } from '../src/check/index.ts';
import { commandLine, documentOf } from './command-line.ts';
import { noTorch, PYTHON } from './python.ts';

/**
 * Optimizer classes that people could have written, right ones and ones with a fault each, checked by a real Python with PyTorch.
 * Most trainings are short: what is wrong shows in the first steps.
 */
const ROOT = resolve('.');
const PAGE = resolve('docs/check.md');
const FIXTURES = resolve('test/fixtures/optimizers');
const { here, home } = commandLine();
const variables = { NOS_PYTHON: PYTHON };

interface Checked extends CheckReport {
  readonly passed: boolean;
}

async function check(...args: readonly string[]): Promise<Checked & { readonly code: number | null }> {
  const { code, stdout, stderr } = await here.nos(['check', ...args, '--steps', '16', '--json'], variables);
  expect(stderr).toBe('');
  const document = JSON.parse(stdout);
  (await documentOf(['check'])).parse(document);
  return { ...document, code };
}

const named = (results: readonly CheckResult[], outcome: CheckResult['outcome']): readonly string[] =>
  results.filter((one) => one.outcome === outcome).map(({ name }) => name);

const REGIMES = 6;
const NO_FOREACH = ['foreach path as the single one', 'maximize, gradients negated'];
const NO_MAXIMIZE = ['maximize, gradients negated', 'maximize, gradients negated, foreach path'];

describe.skipIf(noTorch).concurrent('nos check passes what is right', () => {
  it.each<[string, readonly string[], string, readonly string[]]>([
    ['SGD', ['--option', 'weight_decay=0.1'], 'g + 0.1 * w', []],
    ['Momentum', [], 'acc(g, 0.9)', NO_FOREACH],
    ['Nesterov', [], '0.9 * acc(g, 0.9) + g', NO_MAXIMIZE],
    ['Adam', [], 'adam', []],
    ['AdamW', ['--float32'], 'adam + 1e-2 * w', NO_FOREACH],
    ['RMSprop', [], 'g / (1e-8 + sqrt(ema(g^2, 0.99)))', NO_FOREACH],
    ['Adagrad', ['--against', 'adagrad'], 'g / (1e-10 + sqrt(acc(g^2, 1)))', NO_FOREACH],
    ['Lion', ['--option', 'betas=[0.5,0.75]'], 'sign(0.5 * g + 0.5 * prev(ema(g, 0.75)))', NO_MAXIMIZE],
  ])('%s', async (name, args, rule, missing) => {
    const found = await check(join(FIXTURES, `right.py:${name}`), ...args);
    expect(found.results.filter(({ outcome }) => outcome === 'differs')).toEqual([]);
    expect(named(found.results, 'not applicable')).toEqual(missing);
    expect(found.results.filter(({ against }) => against === 'rule')).toHaveLength(REGIMES);
    expect([found.code, found.passed, found.rule.text]).toEqual([0, true, rule]);
  });

  it('as torch.optim has it', () => {
    const { stdout, stderr } = spawnSync(PYTHON, ['-B', join(FIXTURES, 'compare_with_torch.py')], {
      encoding: 'utf8',
    });
    const off = Object.entries<number>(JSON.parse(stdout || '{}'));
    expect(off.length, stderr).toBe(7);
    expect(off.filter(([, share]) => !(share <= 1e-12))).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['torch.optim:AdamW', []],
    ['torch.optim:SGD', ['--option', 'lr=0.1,momentum=0.9,nesterov=True', '--option', 'weight_decay=0.01']],
  ])('%s, from where it is installed', async (name, args) => {
    const { code, results, file } = await check(name, ...args);
    expect(named(results, 'differs')).toEqual([]);
    expect([code, results.length]).toEqual([0, REGIMES + 15]);
    // A file of a package imports its neighbours by dots.
    const again = await check(`${file}:${name.split(':')[1]}`, ...args);
    expect(again.results).toEqual(results);
  });

  it.each([
    ['adam', 'Adam', []],
    ['rmsprop', 'RMSProp', []],
    ['lion', 'Lion', []],
    ['powersign-cd', 'PowerSign', ['--option', 'total_steps=20', '--against', 'powersign-cd']],
    ['m + 0.1 * sign(g)', 'Sharp', ['--against', 'm + 0.1 * sign(g)']],
  ])('the export of %s', async (rule, name, args) => {
    const file = join(home, `${name.toLowerCase()}.py`);
    const exported = ['export', rule, '--to', 'pytorch', '--name', name, '-o', file];
    expect((await here.nos(exported)).code).toBe(0);
    const { code, results } = await check(`${file}:${name}`, ...args);
    expect(named(results, 'differs')).toEqual([]);
    expect([code, results.length]).toEqual([0, REGIMES + 15]);
  });
});

const PYTHON_FILES = [FIXTURES, resolve('assets/check')];
const missing = (program: string): boolean => spawnSync(program, ['--version']).status !== 0;

describe('the Python of a check', () => {
  const run = (program: string, ...args: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(program, [...args, ...PYTHON_FILES], { encoding: 'utf8' });
    return stdout + stderr;
  };
  it.skipIf(missing('black'))('is as Black writes it', () =>
    expect(run('black', '--check', '--quiet', '--diff')).toBe(''),
  );
  it.skipIf(missing('flake8'))('has nothing that flake8 finds', () =>
    expect(run('flake8', '--max-line-length', '88', '--extend-ignore', 'E203')).toBe(''),
  );
});

const RULE = [
  'ordinary gradients',
  'sparse gradients, four of five 0',
  'zero gradients, then others, then zero',
  'huge gradients, about 1e8',
  'tiny gradients, about 1e-8',
  'gradients that change their sign',
];

describe.skipIf(noTorch).concurrent('nos check finds what is wrong', () => {
  it.each<[string, string, readonly string[], RegExp | null]>([
    ['Precedence', 'adam', RULE, /not finite from step 1/],
    ['InvertedWeight', 'adam', RULE, /9 times .* which is 0\.9 \/ \(1 - 0\.9\): .* the wrong way round/],
    ['LostMomentum', 'momentum', RULE, /the first step is right, .* kept between steps/],
    ['PathsThatDiffer', 'momentum', ['foreach path as the single one'], null],
    ['MissingCorrection', 'adam', RULE, /31\.62 times .* look for a bias correction/],
    [
      'EpsilonInside',
      'adam',
      RULE.filter((name) => !name.startsWith('huge')),
      /the place and the size of eps/,
    ],
    ['StateLost', 'momentum', ['state_dict saved and loaded halfway'], /holds no state/],
    [
      'RateIgnored',
      'sgd',
      ['groups with their own rates', 'a rate changed by a scheduler', 'a group added halfway'],
      /all groups move by one rate/,
    ],
  ])('%s', async (name, rule, differing, hint) => {
    const { code, passed, results } = await check(join(FIXTURES, `faulty.py:${name}`), '--against', rule);
    expect(named(results, 'differs')).toEqual(differing);
    expect([code, passed]).toEqual([1, false]);
    const [first] = results.filter(({ outcome }) => outcome === 'differs');
    expect(first?.difference?.step).toBeGreaterThan(0);
    if (hint === null) expect(first?.hint).toBeNull();
    else expect(first?.hint).toMatch(hint);
  });

  it('what PyTorch 1.13 had wrong: the paths of NAdam', async ({ skip }) => {
    const { python, results } = await check('torch.optim:NAdam');
    if (!python.torch.startsWith('1.13')) skip('another PyTorch, in which this is mended');
    const ofItself = results.filter(({ against, outcome }) => against !== 'rule' && outcome === 'differs');
    expect(ofItself.map(({ name }) => name)).toEqual(['foreach path as the single one']);
    expect(ofItself[0]?.difference?.step).toBe(1);
  });

  it.each([
    ['momentum', 'PathsThatDiffer', 1],
    ['sgd', 'LostMomentum', 2],
  ])('and passes what follows %s all the same: %s', async (rule, name, step) => {
    // Lost momentum is gradient descent, and the single path of the other is right.
    const { results } = await check(join(FIXTURES, `faulty.py:${name}`), '--against', rule);
    expect(results.filter(({ against, outcome }) => against === 'rule' && outcome !== 'passed')).toEqual([]);
    expect(results.some(({ difference }) => difference?.step === step)).toBe(name === 'PathsThatDiffer');
  });

  it('what no weight shows: a closure, a gradient that is None, a step that throws', async () => {
    const file = join(home, 'odd.py');
    writeFileSync(
      file,
      `import torch


class Odd(torch.optim.Optimizer):
    def __init__(self, params, fails=0):
        super().__init__(params, dict(lr=0.1, fails=fails))

    @torch.no_grad()
    def step(self, closure=None):
        print("in the way of --json")
        if closure is not None:
            closure()
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                if state["step"] == group["fails"]:
                    raise ValueError("no more")
                if p.grad is None:
                    p.mul_(0.9)
                else:
                    p.sub_(group["lr"] * p.grad)
`,
    );
    const { results, code } = await check(`${file}:Odd`, '--against', 'g');
    const reasons = results.flatMap(({ name, outcome, reason }) =>
      outcome === 'differs' ? [[name, reason]] : [],
    );
    expect(reasons).toEqual([
      ['gradients that are None', 'step 1 moves weight 0 of tensor 2, whose gradient is None'],
      ['a closure', 'it calls the closure without gradients: with torch.enable_grad()'],
    ]);
    expect(code).toBe(1);
    const failing = await check(`${file}:Odd`, '--against', 'g', '--option', 'fails=2');
    expect(failing.results[0]).toMatchObject({
      outcome: 'differs',
      reason: 'step 2 throws ValueError: no more (odd.py:18)',
    });
    expect(failing.code).toBe(1);
  });
});

it.skipIf(noTorch)('docs/check.md shows what the command prints', async () => {
  const [, , args = '', shown = ''] =
    /^\$ (nos check (.*))\n([\s\S]*?)\n```$/m.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const [file = '', ...more] = args.split(' ');
  const { code, stdout } = await here.nos(['check', join(ROOT, file), ...more], {
    ...variables,
    COLUMNS: '110',
  });
  // Where the class and Python lie is this machine's.
  const lines = (text: string): readonly string[] => text.trimEnd().split('\n').slice(2);
  expect(lines(stdout)).toEqual(lines(shown));
  expect(code).toBe(1);
});

describe.skipIf(noTorch).concurrent('nos check says in a line what it cannot check', () => {
  const write = (name: string, text: string): string => {
    mkdirSync(join(home, 'bad'), { recursive: true });
    const file = join(home, 'bad', name);
    writeFileSync(file, text);
    return file;
  };
  it.each<[string, () => readonly string[], RegExp]>([
    ['no such file', () => ['none.py:Adam'], /^nos: no such file: none\.py\n/],
    ['a folder', () => [`${home}:Adam`], /is no file\n/],
    ['no class', () => ['adam.py'], /^nos: 'adam\.py' names no class\n/],
    ['a class that is no name', () => ['adam.py:os.system("x")'], /cannot name a class of Python\n/],
    [
      'an unknown class',
      () => [join(FIXTURES, 'right.py:Adm')],
      /unknown class of .*'Adm'\ndid you mean 'Adam'/,
    ],
    [
      'what is no optimizer',
      () => ['torch.nn:Linear'],
      /torch\.nn:Linear is no subclass of torch\.optim\.Optimizer/,
    ],
    [
      'no module',
      () => ['torch.none:Adam'],
      /cannot import torch\.none: ModuleNotFoundError: No module named/,
    ],
    [
      'what does not parse',
      () => [`${write('syntax.py', 'x = 1\n  y = 2\n')}:A`],
      /IndentationError: .*\(syntax\.py:2\)/,
    ],
    [
      'what throws',
      () => [`${write('throws.py', '\nraise SystemExit(3)\n')}:A`],
      /SystemExit: 3 \(throws\.py:2\)/,
    ],
    ['what is no Python', () => [`${write('text.txt', '')}:A`], /is no file of Python\n/],
    [
      'a constructor that throws',
      () => [join(FIXTURES, 'right.py:SGD'), '--option', 'lr=-1'],
      /throws ValueError: Invalid learning rate: -1 \(right\.py:\d+\)\n.*--option lr=0\.1/,
    ],
    [
      'an argument that it lacks',
      () => [join(FIXTURES, 'right.py:SGD'), '--option', 'rate=1'],
      /throws TypeError: .*'rate'/,
    ],
    ['a rule', () => [join(FIXTURES, 'right.py:SGD'), '--against', 'h + g'], /unknown operand 'h'/],
    [
      'a random rule',
      () => [join(FIXTURES, 'right.py:SGD'), '--against', 'drop(g, 0.3)'],
      /draws random numbers/,
    ],
    ['no value', () => ['torch.optim:SGD', '--option', 'lr'], /--option: expected KEY=VALUE, got 'lr'/],
    ['no JSON', () => ['torch.optim:SGD', '--option', 'betas=(0.9, 0.99)'], /write the value in JSON/],
    [
      'no Python',
      () => ['torch.optim:SGD', '--python', '/none/python'],
      /--python: no such program: \/none\/python/,
    ],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await here.nos(['check', ...args()], variables);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(4);
  });

  it('a Python without torch, one that dies, and one that takes too long', async () => {
    const fake = (name: string, script: string): string => {
      const file = write(name, `#!/bin/sh\n${script}\n`);
      spawnSync('chmod', ['+x', file]);
      return file;
    };
    const target = join(FIXTURES, 'right.py:SGD');
    const run = (...args: readonly string[]) => here.nos(['check', target, ...args], variables);
    const without = await run('--python', fake('without', `exec ${PYTHON} -S "$@"`));
    expect(without.stderr).toMatch(
      /^nos: there is no torch in .*without: No module named 'torch'\n.*NOS_PYTHON/,
    );
    const dying = await run('--python', fake('dying', 'echo gone >&2; setsid sleep 20 & kill -9 $$'));
    expect(dying.stderr).toMatch(/dying ended with signal SIGKILL before it had an answer: gone\n/);
    const slow = await run('--python', fake('slow', 'sleep 600 & sleep 600'), '--timeout', '1s');
    expect(slow.stderr).toMatch(/slow was stopped after 1 seconds?, without an answer\n.*--timeout/);
    for (const { code, stdout } of [without, dying, slow]) expect([code, stdout]).toEqual([1, '']);
  });

  it('a file whose name begins with a minus sign comes after --', async () => {
    writeFileSync(join(home, '-odd.py'), readFileSync(join(FIXTURES, 'right.py')));
    const { code, stdout } = await here.nos(['check', '--steps', '4', '--', '-odd.py:SGD'], variables);
    expect([code, stdout]).toEqual([0, expect.stringContaining('all 21 checks passed')]);
  });
});
