import { describe, expect, it } from 'vitest';
import { startFloat64 } from '../../test/float64.ts';
import { plainRules } from '../../test/plain-rules.ts';
import { stream } from '../random/index.ts';
import { canonicalize, lowerRule, parseRule } from '../rules/index.ts';
import { startExact } from './float64.ts';

const sized = { size: 12, steps: 30 } as const;
const start = (text: string, precision: 'float64' | 'float32' = 'float64') =>
  startExact(parseRule(text), { size: 1, steps: 10, precision });

describe('the float64 stepper', () => {
  const plain = plainRules.filter(({ text }) => lowerRule(canonicalize(parseRule(text))).draws.length === 0);
  it.each(plain)('steps as the reference does: $name', ({ text }) => {
    const rule = parseRule(text);
    const [ours, reference] = [
      startExact(rule, { ...sized, precision: 'float64' }),
      startFloat64(rule, { ...sized, seed: 0 }),
    ];
    const random = stream(3, 'steps', text);
    for (let step = 0; step < sized.steps; step++) {
      const [weights, gradient] = [1, 2].map(() => Array.from({ length: 12 }, () => random.normal()));
      const { values } = reference.step(weights!, gradient!);
      expect(ours.update(weights!, gradient!, 1e-3)).toBeAllclose(values, { rtol: 1e-9, atol: 1e-15 });
    }
    expect(ours.sound.every(Boolean)).toBe(true);
  });

  it('knows what a precision has no room for, from then on', () => {
    const [infinite, large] = [start('1 / (1 / g)'), start('sqrt(g * g)', 'float32')];
    infinite.update([1], [1], 1);
    expect(infinite.sound).toEqual([true]);
    infinite.update([1], [0], 1);
    infinite.update([1], [1], 1);
    expect(infinite.sound).toEqual([false]);
    large.update([1], [1e20], 1);
    expect(large.sound).toEqual([false]);
    const enough = start('sqrt(g * g)');
    enough.update([1], [1e20], 1);
    expect(enough.sound).toEqual([true]);
  });

  it('refuses random operations', () => {
    expect(() => start('drop(g, 0.3)').update([1], [1], 1)).toThrow(TypeError);
  });
});
