import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  canonicalize,
  latexRule,
  operations,
  parseRule,
  pointAt,
  printRule,
  RuleError,
  ruleKey,
} from '../src/rules/index.ts';

const page = readFileSync(new URL('../docs/language.md', import.meta.url), 'utf8');

describe('docs/language.md', () => {
  it('names every operation of the table', () => {
    const missing = [...operations.values()]
      .filter(({ notation, kind }) => notation === undefined && kind !== 'labels')
      .filter(({ name }) => !new RegExp(`\`[^\`]*\\b${name.replace(' ', '\\(')}\\b[^\`]*\``).test(page));
    expect(missing).toEqual([]);
  });

  it('shows rules that parse', () => {
    const rules = [...page.matchAll(/^ {4}(\S.*)$/gm)].map(([, text]) => text as string).slice(0, 3);
    for (const text of rules) expect(printRule(parseRule(text))).toBe(text);
    expect(rules).toHaveLength(3);
  });

  it('says what the example code does', () => {
    const rule = parseRule('g + drop(m, 0.3)');
    expect(page).toContain(`// '${printRule(canonicalize(rule))}'`);
    expect(page).toContain(`// '${latexRule(rule).replaceAll('\\', '\\\\')}'`);
    expect(ruleKey(rule)).toBe(ruleKey(parseRule('drop(m, 0.3) + g')));
  });

  it('shows an error as it is', () => {
    try {
      parseRule('g * exq(w)');
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      expect(page).toContain(pointAt(error).replaceAll(/^/gm, '    '));
    }
  });

  it.each([
    ['g + (w - g)', 'w'],
    ['g * g * g', 'g^3'],
    ['2 * g * 3', '6 * g'],
    ['sign(-g)', '-sign(g)'],
    ['(g - w) * (w - g)', '-(g - w)^2'],
    ['sign(m)', 'sign(ema(g, 0.9))'],
    ['clip(sign(g), 1e-4)', '1e-4 * sign(g)'],
    ['0 < 3 * g', '0 < g'],
    ['m > 0', '0 < ema(g, 0.9)'],
    ['-g < -w', 'w < g'],
    ['g^2 < 0', '0'],
  ])('says rightly that %s is %s', (text, form) => {
    expect(page).toContain(`\`${text}\``);
    expect(page).toContain(`\`${form}\``);
    expect(printRule(canonicalize(parseRule(text)))).toBe(form);
  });
});
