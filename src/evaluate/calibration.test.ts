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
    ['before the first knot', 0.5, 0.6],
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

  it('has rewards from 0 to 1 that rise as losses fall and accuracies rise', () => {
    const { loss, epochs, end } = known({})!;
    const tables = [
      { ...loss, sign: -1 },
      { ...end, sign: -1 },
      ...epochs.map((one) => ({ ...one, sign: 1 })),
    ];
    for (const { reward, sign } of tables) {
      const rewards = reward.map(([, y]) => y);
      expect(rewards).toEqual([...rewards].sort((a, b) => sign * (a - b)));
      expect(rewards.every((y) => y >= 0 && y <= 1)).toBe(true);
      const xs = reward.map(([x]) => x);
      expect(xs).toEqual([...xs].sort((a, b) => a - b));
    }
  });
});
