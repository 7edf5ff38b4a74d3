import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { effortOf } from './provenance.ts';

describe('effortOf', () => {
  it('adds up what was evaluated, each evaluation once', () => {
    const shared = { task: 'digits-mlp', protocol: 'quick', environment: 'none' };
    const one = (key: string, seed: number, seconds: number) =>
      ({ ...shared, key, seed, seconds }) as Evaluation;
    // Two searches: the first proposed `a` twice, and the second has the seed and `b` in common with it.
    const evaluations = [one('a', 1, 2), one('b', 1, 3), one('a', 1, 2), one('b', 1, 3), one('b', 2, 5)];
    expect(effortOf(evaluations)).toEqual({ count: 3, seconds: 10 });
    expect(effortOf([])).toEqual({ count: 0, seconds: 0 });
  });
});
