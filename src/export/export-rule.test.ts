import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, parseRule, resolveRule } from '../rules/index.ts';
import { definitionsIn } from './explanation.ts';
import { classNameOf, exportRule } from './export-rule.ts';
import { targets } from './targets.ts';
import { numberText } from './text.ts';

describe('exportRule', () => {
  it('does what the example of its docstring says', () => {
    const source = readFileSync(new URL('export-rule.ts', import.meta.url), 'utf8');
    const [, call = '', said = ''] = /@example (exportRule\(.*\)) \/\/ .*`(.*)`/.exec(source) ?? [];
    const run = new Function('exportRule', 'parseRule', `return ${call}`);
    expect(said).toBe('class SignMomentum:');
    expect(run(exportRule, parseRule)).toContain(said);
  });

  it('says the command, the rule, its source and learning rates in every target for programs', () => {
    for (const { name } of targets.entries) {
      const text = exportRule(resolveRule('powersign'), name, {
        command: 'nos export powersign --to all',
        advice: ['A learning rate of 0.1 did best.'],
      });
      expect(text).toContain('nos export powersign --to all');
      if (name === 'latex') continue;
      expect(text).toContain('exp(sign(ema(g, 0.9)) * sign(g)) * g');
      expect(text).toContain('ema(x, b)');
      expect(text).toContain('NOS, arXiv edition');
      expect(text).toContain('A learning rate of 0.1 did best.');
    }
  });

  it('lets no text from elsewhere end a string or a comment', () => {
    for (const { name } of targets.entries) {
      const text = exportRule(resolveRule('adam'), name, { advice: ['a """ b */ c \\ d\nexit()'] });
      expect(text).not.toMatch(/a """|b \*\/ c|\\ d|^exit/m);
    }
  });

  it.each(['', '1x', 'a b', 'a-b', 'class', 'Lambda', 'Torch', 'tf', 'Optimizer', 'Ä'])(
    'refuses the class name %j',
    (className) => {
      expect(() => exportRule(parseRule('g'), 'numpy', { className })).toThrow('cannot name a class');
    },
  );

  it.each([0, -1, Number.NaN, Infinity])('refuses a learning rate of %d', (learningRate) => {
    expect(() => exportRule(parseRule('g'), 'numpy', { learningRate })).toThrow('learning rate');
  });
});

it('names classes after the catalogue', () => {
  const names = new Map(catalogue.map(({ name }) => [name, classNameOf(resolveRule(name))]));
  expect(Object.fromEntries(names)).toMatchObject({
    ...{ adam: 'Adam', adamw: 'AdamW', momentum: 'Momentum', nesterov: 'NesterovMomentum' },
    ...{ 'rmsprop-torch': 'RMSProp', 'powersign-cd': 'PowerSign', lion: 'Lion', 'table1-11': 'FoundRule11' },
  });
  expect([...names.values()].filter((name) => !/^[A-Za-z]\w*$/.test(name))).toEqual([]);
  expect(classNameOf(parseRule('m + g'))).toBe('FoundOptimizer');
});

it('defines what stands in a rule, and what stands in that', () => {
  expect(definitionsIn('sign(m) * g + exp(w)')).toEqual([
    'm = ema(g, 0.9) / (1 - 0.9^t)',
    'ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update',
    't: the step of this training, 1 at the first',
  ]);
  expect(definitionsIn('sign(g) * w')).toEqual([]);
});

it.each([
  [0, '0.0'],
  [1, '1.0'],
  [-0.9, '-0.9'],
  [1e-8, '1e-8'],
  [1e-4, '0.0001'],
  [2e20, '2e20'],
])('writes the number %d as %s', (value, text) => {
  expect(numberText(value).text).toBe(text);
});
