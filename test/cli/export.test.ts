import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targets } from '../../src/export/index.ts';
import { commandLine } from '../command-line.ts';

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
    [['sign(', '--to', 'c'], 'sign('],
    [['adm', '--to', 'c'], "did you mean 'adam'?"],
  ])('refuses %j in one line, exit 2', async (args, said) => {
    const { code, stdout, stderr } = await nos(['export', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });
});
