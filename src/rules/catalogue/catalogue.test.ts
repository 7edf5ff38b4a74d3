import { describe, expect, it } from 'vitest';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { ruleCost } from '../program/cost.ts';
import { catalogue, namesOf, resolveRule } from './catalogue.ts';
import { catalogueKeys } from './keys.ts';

const keyOf = (text: string): string => ruleKey(resolveRule(text));

describe('the catalogue', () => {
  it('has unique names, and all of the paper: Table 1 and Figure 5', () => {
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('table1-'))).toHaveLength(16);
    expect(keyOf('optimizer1')).toBe(keyOf('table1-1'));
    expect(keyOf('optimizer2')).toBe(keyOf('table1-16'));
  });

  it('knows the keys of its rules, as scripts/catalogue-keys.mjs writes them', () => {
    expect(catalogueKeys).toEqual(catalogue.map(({ name, text }) => [name, ruleKey(parseRule(text))]));
  });

  it('says of every rule what it is and where it comes from', () => {
    for (const { title, source } of catalogue) {
      expect(title).not.toBe('');
      expect(source).toMatch(/PyTorch|NOS|20\d\d/);
    }
  });

  it('has different rules under different names, the two of Figure 5 aside', () => {
    const keys = new Map(catalogue.map(({ name, text }) => [name, ruleKey(parseRule(text))]));
    keys.delete('optimizer1');
    keys.delete('optimizer2');
    // Bias correction cannot change a sign, so Table 1's PowerSign is TensorFlow's.
    expect(keys.get('table1-4')).toBe(keys.get('powersign'));
    keys.delete('table1-4');
    expect(new Set(keys.values()).size).toBe(keys.size);
  });

  it.each([
    ['sgd', 0],
    ['momentum', 1],
    ['nesterov', 1],
    ['adam', 2],
    ['adamw', 2],
    ['rmsprop', 1],
    ['adagrad', 1],
    ['lion', 1],
    ['signsgd', 0],
    ['amsgrad', 3],
    ['adamax', 2],
    ['adadelta', 2],
    ['nadam', 3],
    ['radam', 2],
    ['adan', 4],
    ['rprop', 2],
    ['powersign', 1],
    ['addsign-cd', 1],
  ])('%s keeps %i state arrays', (name, slots) => {
    expect(ruleCost(resolveRule(name)).slots).toBe(slots);
  });
});

describe('resolveRule', () => {
  it('takes a name, spaces around it, or a text', () => {
    expect(resolveRule(' powersign-ld ')).toEqual(parseRule('exp(ld * sign(g) * sign(ema(g, 0.9))) * g'));
    expect(resolveRule('g + m')).toEqual(parseRule('g + m'));
  });

  it('takes a word that is no rule for a misspelt name, and all else for a text', () => {
    expect(() => resolveRule('power-sign')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        message: "unknown rule 'power-sign'",
        hint: expect.stringMatching(/^did you mean 'powersign'\? `nos rules` lists all/),
      }),
    );
    expect(() => resolveRule('g +')).toThrow(expect.objectContaining({ code: 'bad-rule' }));
    expect(() => resolveRule('powersgn + g')).toThrow(expect.objectContaining({ code: 'bad-rule' }));
  });

  it('names the text of a catalogue name that stands inside a rule', () => {
    expect(() => resolveRule('lion + 0.1*w')).toThrow(
      expect.objectContaining({
        message: "unknown operand 'lion' at column 1",
        hint: expect.stringContaining('(sign(0.9 * prev(ema(g, 0.99)) + 0.1 * g))'),
      }),
    );
    expect(() => resolveRule('2 * powersign-cd')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('what powersign-cd is: (exp(cd * ') }),
    );
  });

  it('folds case, and knows what else people call things', () => {
    expect(() => resolveRule('AdamW')).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^did you mean 'adamw'\?/) }),
    );
    expect(() => resolveRule('gradient')).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^write g, the gradient/) }),
    );
  });

  it('gives operands of the language that are names too their one meaning', () => {
    expect(keyOf('adam')).toBe(ruleKey(parseRule('adam')));
    expect(keyOf('rmsprop')).toBe(ruleKey(parseRule('rmsprop')));
  });
});

describe('namesOf', () => {
  it('names every rule that has the key', () => {
    expect(namesOf(keyOf('g'))).toEqual(['sgd']);
    expect(namesOf(keyOf('clip(g, 1e-4) * g + g * exp(sign(m) * sign(g))'))).not.toContain('sgd');
    expect(namesOf(keyOf('table1-16'))).toEqual(['table1-16', 'optimizer2']);
    expect(namesOf('no such key')).toEqual([]);
  });
});
