import { describe, expect, it } from 'vitest';
import { unknownName } from './errors.ts';
import { nearestName, shorten } from './names.ts';

describe('nearestName', () => {
  it.each([
    ['AdamW', ['adam', 'adamw'], 'adamw'],
    ['QUICK', ['quick', 'paper'], 'quick'],
    ['qick', ['quick', 'paper'], 'quick'],
    ['digit-mlp', ['digits-mlp', 'mnist-mlp'], 'digits-mlp'],
    ['T', ['t', 'T'], 'T'],
    ['ln', ['ld', 'cd', 'log'], undefined],
    ['V', ['g', 'm'], undefined],
    ['cifar', ['digits', 'cifar10'], 'cifar10'],
    ['Digits', ['digits-mlp'], 'digits-mlp'],
    ['ab', ['xyz', 'abcdef'], undefined],
    ['', ['g'], undefined],
    ['x', [], undefined],
  ])('of %s among %j is %s', (word, known, nearest) => {
    expect(nearestName(word, known)).toBe(nearest);
  });

  it('does not compare what is far longer', () => {
    expect(nearestName('quick'.repeat(1_000_000), ['quick', 'paper'])).toBeUndefined();
  });
});

describe('unknownName', () => {
  it('lists few names, and says what lists many', () => {
    expect(unknownName('space', 'qick', ['quick', 'paper'])).toMatchObject({
      message: "unknown space 'qick'",
      hint: "did you mean 'quick'? known: quick, paper",
    });
    const many = Array.from({ length: 30 }, (_, i) => `rule-${i}`);
    expect(unknownName('rule', 'other', many, '`nos rules`').hint).toBe('`nos rules` lists all');
    expect(unknownName('rule', 'other', many).hint).toContain('rule-29');
  });

  it('repeats a long name by its beginning', () => {
    expect(unknownName('run', 'x'.repeat(1e6), []).message.length).toBeLessThan(100);
    expect(shorten('short')).toBe('short');
  });
});
