import { describe, expect, it } from 'vitest';
import { parseConditions } from '../evaluation/index.ts';
import { calibrationFor, valueAt } from './calibration.ts';

describe('valueAt', () => {
  const knots = [
    [1, 0.6],
    [2, 0.4],
    [4, 0.3],
  ] as const;
  it.each([
    ['before the first knot', 0.5, 0.7],
    ['at a knot', 2, 0.4],
    ['between two', 3, 0.35],
    ['beyond the last', 5, 0.3],
    ['for what is not finite', Number.POSITIVE_INFINITY, 0.3],
  ])('%s', (_, x, y) => {
    expect(valueAt(knots, x)).toBeCloseTo(y, 12);
  });
});

describe('the calibration of a task', () => {
  const known = (conditions: { task?: string; protocol?: string; environment?: string }) =>
    calibrationFor(parseConditions({ task: 'cifar10-convnet', protocol: 'fast', seed: 1, ...conditions }));

  it('holds for its usual environment, five epochs and no schedule', () => {
    expect(known({})).toBeDefined();
    expect(known({ protocol: 'fast-halving=0.1' })).toBe(known({}));
    for (const others of [
      { task: 'digits-mlp' },
      { protocol: 'fast@6' },
      { protocol: 'fast:cosine' },
      { environment: '4bit' },
    ]) {
      expect(known(others)).toBeUndefined();
    }
  });

  it('has hurdles in their order, and rewards from 0 to 1 that rise as losses fall', () => {
    const { hurdles, end } = known({})!;
    const steps = [...hurdles, end].map((table) => table.steps);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    for (const { reward, window, steps } of [...hurdles, end]) {
      expect(window).toBeLessThanOrEqual(steps);
      const rewards = reward.map(([, y]) => y);
      expect(rewards).toEqual([...rewards].sort((a, b) => b - a));
      expect(rewards.every((y) => y >= 0 && y <= 1)).toBe(true);
      const xs = reward.map(([x]) => x);
      expect(xs).toEqual([...xs].sort((a, b) => a - b));
    }
  });
});
