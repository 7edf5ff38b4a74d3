import { describe, expect, it } from 'vitest';
import { parseRule } from '../canonical/parse-rule.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { ordinaryUpdates } from './behaviour.ts';
import { distance, NEAR } from './distance.ts';

const between = (a: string, b: string): number =>
  distance(ordinaryUpdates(parseRule(a)), ordinaryUpdates(parseRule(b)));

describe('distance', () => {
  const large = ['adam', 'rmsprop', 'sign(m)', 'adam * exp(sign(g) * sign(m))', 'drop(adam, 0.3)'];

  it.each(large)('finds what adds next to nothing to %s', (rule) => {
    for (const copy of [
      `${rule} - drop(1e-3 * w, 0.5)`,
      `${rule} + drop(g^2, 0.5)`,
      `${rule} - drop(1e-2 * noise, 0.5)`,
      `${rule} + clip(g, 1e-4)`,
      `(${rule}) * exp(v)`,
    ]) {
      expect(between(rule, copy)).toBeLessThan(NEAR);
    }
  });

  it.each(large)('finds what changes %s', (rule) => {
    for (const other of [
      `2 * (${rule})`,
      `-(${rule})`,
      `drop(${rule}, 0.1)`,
      `${rule} + w`,
      `(${rule}) * ld`,
      `(${rule})^2`,
      `prev(${rule})`,
    ]) {
      expect(between(rule, other)).toBeGreaterThan(2 * NEAR);
    }
  });

  it('takes a power of ten for another learning rate, and no other factor', () => {
    expect(between('adam', '1e-3 * adam')).toBeLessThan(1e-6);
    expect(between('adam', '100 * adam + 1e-2 * w')).toBeLessThan(NEAR);
    expect(between('adam', '3 * adam')).toBeCloseTo(2 / 3);
    expect(between('g', '-10 * g')).toBeCloseTo(2);
  });

  it('looks at the small updates of weights with small gradients too', () => {
    expect(between('g', 'g + 1e-2 * w')).toBeGreaterThan(10 * NEAR);
    expect(between('m', 'm - drop(1e-3 * w, 0.5)')).toBeGreaterThan(NEAR);
  });

  it('does not depend on the order of the two', () => {
    const rules = ['g', 'adam', 'drop(m, 0.3)', '100 * g', 'w + 1'];
    for (const a of rules) for (const b of rules) expect(between(a, b)).toBeCloseTo(between(b, a), 12);
  });

  it('is 0 or ∞ for rules that stand still or are not finite', () => {
    expect(between('0', 'g - g')).toBe(0);
    expect(between('0', 'g')).toBe(Infinity);
    expect(between('log(g - g)', 'log(w - w)')).toBe(0);
    expect(between('log(g - g)', '-log(g - g)')).toBe(Infinity);
    expect(between('sqrt(-exp(g))', 'g')).toBe(Infinity);
  });

  it('scales no rule that reads the learning rate', () => {
    expect(between('10 * lr * g', 'lr * g')).toBeCloseTo(0.9);
    expect(between('10 * m', 'm')).toBeCloseTo(0);
    expect(between('lr * g / lr', 'g')).toBeCloseTo(0);
  });

  it('keeps the rules of the catalogue apart but for those that hardly differ', () => {
    const updates = catalogue.map(({ name, text }) => [name, ordinaryUpdates(parseRule(text))] as const);
    const near = updates.flatMap(([a, x], i) =>
      updates
        .slice(0, i)
        .filter(([, y]) => distance(x, y) < NEAR)
        .map(([b]) => `${b} ${a}`),
    );
    expect(near.sort()).toEqual(NEAR_IN_CATALOGUE);
  });
});

/** What they add, how their decays end, or what they do with spikes and after a long time is less than a fiftieth of their updates. */
const NEAR_IN_CATALOGUE = [
  'adabound adams',
  'adabound clipped-adam',
  'adabound spam',
  'adabound sparse-adam',
  'adabound swats',
  'adam adabound',
  'adam adams',
  'adam adamw',
  'adam amsgrad',
  'adam clipped-adam',
  'adam spam',
  'adam sparse-adam',
  'adam swats',
  'adams clipped-adam',
  'adams swats',
  'adamw adabound',
  'adamw adams',
  'adamw amsgrad',
  'adamw clipped-adam',
  'adamw spam',
  'adamw sparse-adam',
  'adamw swats',
  'addsign-cd addsign-rd',
  'amsgrad adabound',
  'amsgrad adams',
  'amsgrad clipped-adam',
  'amsgrad spam',
  'amsgrad sparse-adam',
  'amsgrad swats',
  'apollo table1-3',
  'apollo table1-6',
  'clipped-adam swats',
  'clipped-sgd table1-14',
  'dog ldog',
  'powersign optimizer1',
  'powersign table1-1',
  'powersign table1-4',
  'powersign-cd powersign-rd',
  'sgd clipped-sgd',
  'sgd table1-14',
  'spam adams',
  'spam clipped-adam',
  'spam swats',
  'sparse-adam adams',
  'sparse-adam clipped-adam',
  'sparse-adam spam',
  'sparse-adam swats',
  'table1-1 optimizer1',
  'table1-1 table1-4',
  'table1-16 optimizer2',
  'table1-3 table1-6',
  'table1-4 optimizer1',
  'table1-7 table1-13',
  'table1-9 optimizer2',
  'table1-9 table1-16',
];
