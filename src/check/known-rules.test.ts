import { describe, expect, it } from 'vitest';
import { catalogue, parseRule, ruleKey } from '../rules/index.ts';
import { knownRules } from './known-rules.ts';

const candidates = (name: string, settings: Readonly<Record<string, unknown>> = {}) => {
  const known = knownRules(name, settings);
  return known?.kind === 'rules' ? known.candidates : [];
};

const key = (text: string): string => ruleKey(parseRule(text));

describe('the rules that the name of a class says', () => {
  it.each(catalogue.map(({ name, text }) => [name, text]))(
    '%s is that of the catalogue, with the usual settings',
    (name, text) => {
      const keys = candidates(name.replace('-torch', '')).map((one) => key(one.text));
      expect(keys).toContain(key(text));
    },
  );

  it('are found in any spelling, and none by a name that says nothing', () => {
    expect(candidates('AdamW').map(({ name }) => name)).toEqual(['adamw']);
    expect(candidates('Power_Sign').map(({ name }) => name)).toEqual(['powersign']);
    expect(candidates('RMSprop').map(({ name }) => name)).toEqual(['rmsprop-torch', 'rmsprop']);
    expect(knownRules('Sophia', {})).toBeUndefined();
  });

  it.each([
    [
      'Adam',
      { betas: [0.8, 0.99], eps: 1e-6 },
      'ema(g, 0.8) / (1 - 0.8^t) / (sqrt(ema(g^2, 0.99) / (1 - 0.99^t)) + 1e-6)',
    ],
    ['Adam', { amsgrad: true }, 'm / (sqrt(rec(0, max(self, ema(g^2, 0.999))) / (1 - 0.999^t)) + eps)'],
    ['AdamW', { beta1: 0.9, weight_decay: 0.1 }, 'adam + 0.1 * w'],
    [
      'SGD',
      { momentum: 0.5, nesterov: true, weight_decay: 0.2 },
      'g + 0.2 * w + 0.5 * acc(g + 0.2 * w, 0.5)',
    ],
    ['SGD', { momentum: 0, weight_decay: 0 }, 'g'],
    ['RMSprop', { alpha: 0.9, momentum: 0.5 }, 'acc(g / (sqrt(ema(g^2, 0.9)) + 1e-8), 0.5)'],
    ['Adagrad', { weight_decay: 0.1 }, '(g + 0.1 * w) / (sqrt(acc((g + 0.1 * w)^2, 1)) + 1e-10)'],
    ['Lion', { betas: [0.5, 0.6], weight_decay: 0.3 }, 'sign(0.5 * prev(ema(g, 0.6)) + 0.5 * g) + 0.3 * w'],
  ])('%s with %j', (name, settings, text) => {
    expect(key(candidates(name, settings)[0]!.text)).toBe(key(text));
  });

  it('are none for settings that the language has no words for', () => {
    expect(knownRules('Adagrad', { lr_decay: 0.1 })).toMatchObject({ kind: 'none', name: 'adagrad' });
    expect(knownRules('SGD', { dampening: 0.1 })).toMatchObject({
      why: expect.stringContaining('dampening'),
    });
    expect(knownRules('Adam', { amsgrad: false })).toMatchObject({ kind: 'rules' });
  });
});
