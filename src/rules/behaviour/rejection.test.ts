import { describe, expect, it } from 'vitest';
import { parseRule } from '../canonical/parse-rule.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { rejection } from './rejection.ts';

const rejected = (text: string): string | undefined => rejection(parseRule(text));

describe('rejection', () => {
  it.each(catalogue.map(({ name, text }) => [name, text]))('is none for %s of the catalogue', (_, text) => {
    expect(rejected(text)).toBeUndefined();
  });

  it.each([
    // late
    'prev(g)',
    'prev(prev(g))',
    `${'prev('.repeat(14)}g${')'.repeat(14)}`,
    'prev(m)',
    // ascends first, or last
    '(0.5 - ld) * g',
    '(ld - 0.5) * g',
    '(t - 100) * g',
    '(1000 - t) * m',
    'cos(0.01 * t) * g',
    // decays
    'ld * g',
    'cd * g',
    'rd(2) * sign(m)',
    'cd(20) * adam',
    // seldom, roughly, on one side, or where two averages differ
    'drop(g, 0.9)',
    'drop(clip(m, 1e-4), 0.5) + drop(1e-2 * noise, 0.1)',
    'drop(drop(sign(g), 0.9), 0.5)',
    'g * abs(noise)',
    'g + 1e-3 * noise',
    'sign(g)',
    'clip(g, 1e-5)',
    'max(g, 0)',
    'min(g, 0)',
    'sign(m) - sign(g)',
    'exp(g) - exp(m)',
    // tiny and huge
    '1e-8 * g',
    '1e8 * g',
    'g^3',
    '1e-6 * g^3',
    '1 / (g + 1e-8)',
    // with other forces
    'g + 0.1 * w',
    'g - 0.1 * w',
    '1 + g',
    'exp(g)',
    // where the weight has one sign
    'g * w',
    '-g * w',
    'max(w, 0) * sign(g)',
    'g / w',
    // not finite only where a gradient or a weight is 0
    'sign(g) * log(1 / g^2)^2',
    'g * log(w^2)^2',
    'min(1, 1 / global(norm(g))) * g',
    'global(mean(abs(g))) * sign(m)',
  ])('is none for %s', (text) => {
    expect(rejected(text)).toBeUndefined();
  });

  it.each([
    ['1', /depend/],
    ['1e-3 * w', /depend/],
    ['sign(w) + ld * noise', /depend/],
    ['prev(drop(w, 0.3))', /depend/],
    ['log(w)', /depend/],
    ['g * log(w)', /finite/],
    ['g + log(g)', /finite/],
    ['g * log(prev(g^2))', /finite/],
    ['g / 0', /finite/],
    ['sqrt(-exp(g))', /finite/],
    ['g + exp(1e4 + g)', /finite/],
    ['-g', /descends/],
    ['-adam', /descends/],
    ['drop(abs(g), 0.9)', /descends/],
    ['g^2', /descends/],
    ['m^2 * w', /descends/],
    ['v', /descends/],
    ['sign(g)^2 * w', /descends/],
    ['abs(m) + 1e-3', /descends/],
    ['1e-30 * g', /descends/],
    ['min(g, -10)', /descends/],
  ])('of %s says why', (text, reason) => {
    expect(rejected(text)).toMatch(reason);
  });
});
