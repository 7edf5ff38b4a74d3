import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions, literals } from '../../../test/arbitrary-rule.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { printNumber, printRule } from './print.ts';

describe('printRule', () => {
  it.each([
    'exp(sign(g) * sign(m)) * g',
    'drop(m, 0.3) * exp(1e-3 * w)',
    '(exp(sign(g) * sign(m)) + clip(g, 1e-4)) * g',
    'g - (m - v) - -3',
    'g - (m + v)',
    'g / (m / v) / w',
    'g * (m * v)',
    '-g^2',
    '(-g)^2',
    '-(3)',
    '--3',
    '-3 * g',
    '-3^2',
    '(-3)^2',
    '2^-3^2',
    '2^-x'.replace('x', 'g'),
    'g^m^v',
    '(g^m)^v',
    'cd * rd(2) * ld',
    '-0 + 1e21 - 1.5e-7',
    '-(g * m)',
    '-g * m',
    'min(g, max(w, 1e-2))',
    '1e-2 * noise + prev(ema(g, 0.9))',
  ])('writes %s with the fewest parentheses', (text) => {
    expect(printRule(parseRule(text))).toBe(text);
    expect(parseRule(printRule(parseRule(text)))).toEqual(parseRule(text));
  });

  it('is undone by parseRule, for every expression', () => {
    fc.assert(
      fc.property(expressions({ depth: 6 }), (e) => {
        expect(parseRule(printRule(e))).toEqual(e);
      }),
      { seed: 2, numRuns: 5000 },
    );
  });

  it('needs every parenthesis that it writes', () => {
    fc.assert(
      fc.property(expressions({ depth: 4, numbers: fc.constantFrom(2, 0.5) }), (e) => {
        for (const text of withoutOnePair(printRule(e))) {
          expect(parses(text) && printRule(parseRule(text)) === printRule(e)).toBe(false);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('printNumber', () => {
  it.each([
    [1e-4, '1e-4'],
    [0.001, '1e-3'],
    [0.01, '1e-2'],
    [0.1, '0.1'],
    [0.025, '0.025'],
    [0.999, '0.999'],
    [1000, '1000'],
    [1e21, '1e21'],
    [-1e-8, '-1e-8'],
    [-0, '-0'],
    [5e-324, '5e-324'],
  ])('writes %d shortly', (value, text) => {
    expect(printNumber(value)).toBe(text);
  });

  it('keeps every bit', () => {
    fc.assert(
      fc.property(literals, (value) => {
        expect(Number(printNumber(value))).toBe(value);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    parseRule(text);
    return true;
  } catch {
    return false;
  }
}

/** The text without the parentheses of one group, for every group that is no argument list. */
function withoutOnePair(text: string): readonly string[] {
  const open: number[] = [];
  const texts: string[] = [];
  [...text].forEach((character, i) => {
    if (character === '(') open.push(i);
    if (character !== ')') return;
    const start = open.pop() as number;
    const called = start > 0 && /\w/.test(text[start - 1] as string);
    if (!called) texts.push(`${text.slice(0, start)} ${text.slice(start + 1, i)} ${text.slice(i + 1)}`);
  });
  return texts;
}
