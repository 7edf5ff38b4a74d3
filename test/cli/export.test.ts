import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targets } from '../../src/export/index.ts';
import { printRule, resolveRule } from '../../src/rules/index.ts';
import { openStore } from '../../src/store/index.ts';
import { commandLine } from '../command-line.ts';
import { evaluationOf } from '../support/compare.ts';

const { here, home } = commandLine();
const { json, nos } = here;

describe('nos export', () => {
  it('prints the text of one target and nothing else', async () => {
    const { code, stdout, stderr } = await nos([
      'export',
      'powersign',
      '--to',
      'numpy',
      '--learning-rate',
      '0.01',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('class PowerSign:');
    expect(stdout).toContain('lr: float = 0.01,');
    const { rule, className, exports } = await json(['export', 'm + g', '--to', 'c']);
    expect([rule, className]).toEqual(['m + g', 'FoundOptimizer']);
    expect(exports[0]).toMatchObject({
      target: 'c',
      file: null,
      text: expect.stringContaining('foundoptimizer_step'),
    });
  });

  it('writes all targets into a folder, and one into a file', async () => {
    const folder = join(home, 'all');
    const { exports } = await json(['export', 'adam', '--to', 'all', '-o', folder, '--name', 'MyAdam']);
    expect(exports.map(({ target }: { readonly target: string }) => target)).toEqual(targets.names);
    const files = exports.map(({ file }: { readonly file: string }) => file);
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .sort(),
    ).toEqual([...files].sort());
    expect(readFileSync(join(folder, 'myadam_pytorch.py'), 'utf8')).toContain('class MyAdam(Optimizer):');
    const file = join(home, 'adam.py');
    expect((await nos(['export', 'adam', '--to', 'pytorch', '-o', file])).stdout).toContain(`wrote ${file}`);
    expect(readFileSync(file, 'utf8')).toContain('def adam(');
  });

  it('leaves out, of all targets, those that cannot write the rule, and says why', async () => {
    const folder = join(home, 'most');
    const { exports, refused } = await json(['export', 'averaged-adam', '--to', 'all', '-o', folder]);
    const targetsOf = (list: readonly { readonly target: string }[]) => list.map(({ target }) => target);
    expect(targetsOf(exports)).toContain('pytorch');
    expect(targetsOf(refused)).toEqual(['mlx', 'tinygrad']);
    expect(refused[0].reason).toBe('no export of weights to read out to MLX');
  });

  it('writes a test beside an optimizer, which passes, and fails for another rule', async () => {
    const folder = join(home, 'tested');
    const { exports } = await json(['export', 'powersign-cd', '--to', 'all', '--with-test', '-o', folder]);
    const tests = exports.filter(({ test }: { readonly test: unknown }) => test !== null);
    expect(tests.map(({ target }: { readonly target: string }) => target)).toEqual([
      'pytorch',
      'tensorflowjs',
      'numpy',
      'javascript',
      'c',
    ]);
    const run = (command: string, ...args: readonly string[]) =>
      spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const javascript = () => run(process.execPath, 'powersign_javascript.test.js').status;
    expect(javascript()).toBe(0);
    const file = join(folder, 'powersign_javascript.js');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('Math.sign(gradient[i])', 'Math.sign(-gradient[i])'),
    );
    expect(javascript()).not.toBe(0);
    for (const [needed, command] of [
      [
        ['/usr/bin/python3', '-c', 'import torch'],
        ['/usr/bin/python3', 'test_powersign_pytorch.py'],
      ],
      [
        ['/usr/bin/python3', '-c', 'import numpy'],
        ['/usr/bin/python3', 'test_powersign_numpy.py'],
      ],
      [
        ['cc', '--version'],
        ['sh', '-c', 'cc -Wall -Werror test_powersign_c.c -lm -o tested && ./tested'],
      ],
    ] as const) {
      const [program, ...args] = needed;
      if (run(program, ...args).status !== 0) {
        console.warn(`skipped: ${command.join(' ')} needs ${needed.join(' ')}`);
        continue;
      }
      const [tester, ...rest] = command;
      const { stdout, stderr, status } = run(tester, ...rest);
      expect([status, stdout, stderr]).toEqual([0, 'steps as recorded\n', '']);
    }
  });

  it('says which learning rates did well in the trainings of the store', async () => {
    const path = join(home, 'advised.db');
    const store = await openStore(path);
    for (const [seed, learningRate, reward] of [
      [1, 0.01, 0.91],
      [2, 0.1, 0.95],
    ] as const) {
      const request = {
        rule: printRule(resolveRule('powersign')),
        task: 'digits-mlp',
        protocol: 'quick',
        seed,
      };
      await store.addEvaluation(evaluationOf(request, reward, { learningRate }));
    }
    await store.close();
    const { stdout } = await nos(['export', 'powersign', '--to', 'markdown', '--store', path]);
    expect(stdout).toMatch(
      /learning rate of 1e-1 did best on digits-mlp, protocol quick: reward 0\.9500, the best of 2 seeds/,
    );
    expect(existsSync(join(home, 'none.db'))).toBe(false);
    expect((await nos(['export', 'powersign', '--to', 'c', '--store', 'none.db'])).code).toBe(0);
    expect(existsSync(join(home, 'none.db'))).toBe(false);
  });

  it('is the next step after a rule', async () => {
    const next = async (rule: string) =>
      (await nos(['rule', '--', rule])).stdout.trimEnd().split('\n').at(-1);
    expect(await next('powersign')).toMatch(/^ {2}(?:.* )?nos export powersign --to pytorch$/);
    expect(await next('-sign(m)')).toMatch(/nos export --to pytorch -- '-sign\(m\)'$/);
    expect((await nos(['export', '--to', 'latex', '--', '-sign(m)'])).stdout).toContain(
      "% Made by: nos export --to latex -- '-sign(m)'",
    );
  });

  it.each([
    [['adam', '--to', 'c', '--with-test'], 'a test needs a file'],
    [['drop(g, 0.1)', '--to', 'c', '--with-test', '-o', 'x.h'], 'draws random numbers'],
    [['adam', '--to', 'latex', '--with-test', '-o', 'x.tex'], 'LaTeX has none'],
    [['adam', '--to', 'torch'], "unknown target 'torch'"],
    [['adam'], '--to'],
    [['adam', '--to', 'numpy,c'], 'several targets need a folder'],
    [['adam', '--to', 'c', '--name', '1x'], "'1x' cannot name a class"],
    [['adam', '--to', 'pytorch', '--name', 'class'], "'class' cannot name a class"],
    [['adam', '--to', 'pytorch', '--name', 'Tensor'], "'Tensor' cannot name a class"],
    [['adam', '--to', 'optax', '--name', 'Lambda'], "'Lambda' cannot name a class"],
    [['adam', '--to', 'pytorch', '--name', 'Torch'], "'Torch' cannot name a class"],
    [['adam', '--to', 'pytorch', '--name', 'a\nb'], 'cannot name a class'],
    [['adam', '--to', 'pytorch', '--learning-rate', '0'], 'learning-rate'],
    [['adam', '--to', 'numpy', '--with-test', '-o', 'my-adam.py'], "'my-adam' is no name of a Python module"],

    [['sign(', '--to', 'c'], 'sign('],
    [['adm', '--to', 'c'], "did you mean 'adam'?"],
  ])('refuses %j in one line, exit 2', async (args, said) => {
    const { code, stdout, stderr } = await nos(['export', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });

  it('says in one line what cannot be written, exit 1', async () => {
    for (const file of ['/dev/null/adam.py', '.']) {
      const { code, stdout, stderr } = await nos(['export', 'adam', '--to', 'numpy', '-o', file]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^nos: cannot write [^\n]+\n[^\n]+\n$/);
    }
  });
});
