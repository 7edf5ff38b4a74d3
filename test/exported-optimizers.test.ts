import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { exportRule } from '../src/export/index.ts';
import { stream } from '../src/random/index.ts';
import { canonicalize, lowerRule, parseRule, resolveRule } from '../src/rules/index.ts';
import { classOf } from './export/tensorflow.ts';
import { shapelessRules } from './plain-rules.ts';
import { sampledRules } from './sampled-rules.ts';

/** What exported optimizers promise beside their steps: torch's interface, and draws of their own that have the right shares and moments. */
const PYTHON = '/usr/bin/python3';
const has = (module: string): boolean => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;

function python(script: string, cases: readonly object[]) {
  const { stdout, stderr, status } = spawnSync(PYTHON, [join(import.meta.dirname, 'export', script)], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

it.skipIf(!has('torch'))("keep torch.optim's promises", () => {
  const rules = [
    ...shapelessRules
      .filter(({ text }) => !text.includes('eval:'))
      .map(({ name }) => [name, resolveRule(name)] as const),
    ...[...sampledRules(1)].map((rule, i) => [`sample ${i}`, rule] as const),
  ];
  const cases = rules.flatMap(([title, rule]) => {
    const { draws } = lowerRule(canonicalize(rule));
    if (draws.length > 0) return [];
    const code = exportRule(rule, 'pytorch', { className: 'Exported' });
    return [
      {
        ...{ title, code, class: 'Exported' },
        arguments: /^ {8}total_steps: int,$/m.test(code) ? { total_steps: 20 } : {},
        hosted: code.includes('capturable is not supported'),
        network: code.includes('_together('),
      },
    ];
  });
  const { promises, broken } = python('torch_contract.py', cases);
  expect(promises).toBe(13);
  expect(broken).toEqual([]);
  expect(cases.some(({ hosted }) => hosted) && cases.some(({ hosted }) => !hosted)).toBe(true);
});

const SIZE = 100_000;

interface Figures {
  readonly zeros: number;
  readonly mean: number;
  readonly variance: number;
}

function figuresOf(updates: readonly number[]): Figures {
  const mean = updates.reduce((sum, u) => sum + u, 0) / updates.length;
  return {
    zeros: updates.filter((u) => u === 0).length / updates.length,
    mean,
    variance: updates.reduce((sum, u) => sum + (u - mean) ** 2, 0) / updates.length,
  };
}

/** Within five standard errors of what the rule says. */
function checkFigures(rule: string, { zeros, mean, variance }: Figures): void {
  const error = 5 / Math.sqrt(SIZE);
  if (rule === DROP) {
    expect(Math.abs(zeros - 0.3)).toBeLessThan(error * Math.sqrt(0.3 * 0.7));
    expect(mean).toBeCloseTo(1 - zeros, 5);
  } else {
    expect(zeros).toBeLessThan(1e-3);
    expect(Math.abs(mean)).toBeLessThan(error);
    expect(Math.abs(variance - 1)).toBeLessThan(error * Math.SQRT2);
  }
}

const DROP = 'drop(g, 0.3)';
const textOf = (rule: string, target: string): string =>
  exportRule(parseRule(rule), target, { className: 'Exported' });

describe.each([DROP, 'noise'])('draws of %s', (rule) => {
  it.skipIf(!has('numpy'))('in NumPy and PyTorch, of a seed', () => {
    const kinds = has('torch') ? ['numpy', 'single', 'multi'] : ['numpy'];
    const cases = kinds.map((kind) => ({
      kind: kind === 'numpy' ? kind : 'torch',
      code: textOf(rule, kind === 'numpy' ? kind : 'pytorch'),
      ...{ class: 'Exported', size: SIZE, foreach: kind === 'multi' },
    }));
    for (const { repeats, differs, ...figures } of python('draws.py', cases)) {
      checkFigures(rule, figures);
      expect([repeats, differs]).toEqual([true, true]);
    }
  });

  it('in JavaScript, of a given generator', async () => {
    const module = await import(`data:text/javascript,${encodeURIComponent(textOf(rule, 'javascript'))}`);
    const random = stream(3, 'draws of an export');
    const optimizer = new module.Exported({ learningRate: 1, random: () => random.uniform() });
    const weights = new Float64Array(SIZE);
    optimizer.step([weights], [new Float64Array(SIZE).fill(1)]);
    checkFigures(rule, figuresOf([...weights].map((w) => 0 - w)));
  });

  it('in TensorFlow.js, of a seed', () => {
    const Optimizer = classOf(textOf(rule, 'tensorflowjs'), 'Exported', tf);
    const updates = (seed: number): readonly (readonly number[])[] => {
      const optimizer = new Optimizer({ learningRate: 1, seed });
      return [1, 2].map(() => {
        const weights = tf.variable(tf.zeros([SIZE]));
        tf.tidy(() => optimizer.applyGradients({ [weights.name]: tf.ones([SIZE]) }));
        const found = [...weights.dataSync()].map((w) => 0 - w);
        weights.dispose();
        return found;
      });
    };
    const [first, second] = updates(1);
    checkFigures(rule, figuresOf(first!));
    expect(updates(1)[0]).toEqual(first);
    expect(second).not.toEqual(first);
    expect(updates(7)[0]).not.toEqual(first);
  });

  const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
  it.skipIf(compiler === undefined)('in C, of rand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nos-draws-'));
    try {
      writeFileSync(join(folder, 'exported.h'), textOf(rule, 'c'));
      writeFileSync(join(folder, 'main.c'), MAIN);
      expect(spawnSync(compiler!, ['main.c', '-lm', '-o', 'main'], { cwd: folder }).status).toBe(0);
      const { stdout } = spawnSync(join(folder, 'main'), { encoding: 'utf8', maxBuffer: 2 ** 26 });
      const updates = stdout.trim().split('\n').map(Number);
      expect(updates.length).toBe(SIZE);
      checkFigures(rule, figuresOf(updates));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const MAIN = `#define EXPORTED_REAL double
#include "exported.h"
#include <stdio.h>
static double weights[${SIZE}], gradient[${SIZE}];
int main(void) {
  exported_config config = exported_defaults();
  exported_state state;
  size_t i;
  config.lr = 1;
  for (i = 0; i < ${SIZE}; i++) gradient[i] = 1;
  if (exported_init(&state, ${SIZE})) return 1;
  exported_step(&config, &state, weights, gradient);
  for (i = 0; i < ${SIZE}; i++) printf("%.17g\\n", 0 - weights[i]);
  return 0;
}
`;
