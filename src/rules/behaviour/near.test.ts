import { expect, it } from 'vitest';
import { parseRule } from '../canonical/parse-rule.ts';
import { isNearCopy, likenessOf } from './near.ts';

const near = (a: string, b: string): boolean =>
  isNearCopy(likenessOf(parseRule(a)), likenessOf(parseRule(b)));

it.each([
  ['adam', 'adam + clip(g, 1e-4)'],
  ['sign(adam)', 'sign(m)'],
  ['drop(adam, 0.3)', 'drop(adam, 0.3) - clip(1e-3 * w, 1e-5)'],
  ['matrices: adam; vectors: g', 'matrices: adam + clip(w, 1e-5); vectors: g'],
  ['adam', 'matrices: adam; vectors: adam + clip(w, 1e-5)'],
])('%s and %s are near copies, either way', (a, b) => {
  expect([near(a, b), near(b, a)]).toEqual([true, true]);
});

it.each([
  ['adam', '1.05 * adam'],
  ['adam', '10 * adam'],
  ['adam', '-adam'],
  ['drop(adam, 0.1)', 'drop(adam, 0.3)'],
  ['adam', 'matrices: adam; vectors: g'],
  // A weight of 0 has no logarithm, and a gradient of 0 no inverse.
  ['adam', 'adam + 1e-5 * log(abs(w))'],
  ['adam', 'adam + 1e-9 / g'],
  ['log(g)', 'log(g)'],
  ['adam', 'adam; eval: ema(w, 0.9)'],
  ['adam; eval: ema(w, 0.9)', 'adam; eval: ema(w, 0.99)'],
  ['lr * adam', 'lr * adam'],
])('%s and %s are not', (a, b) => {
  expect([near(a, b), near(b, a)]).toEqual([false, false]);
});
