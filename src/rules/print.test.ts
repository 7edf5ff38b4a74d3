import { describe, expect, it } from 'vitest';
import { parseRule } from './parse.ts';
import { printRule } from './print.ts';

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
});
