import { expect, it } from 'vitest';
import { sideBySide, takeTurns } from './timing.mjs';

it('compares within turns, so that a machine that slows down for a while changes no ratio', () => {
  const slowness = [1, 1, 5, 5, 5, 2, 1];
  const turns = slowness.map((factor) => ({ torch: 10 * factor, nos: 4 * factor }));
  const { nos, torch } = sideBySide(turns);
  expect(Object.keys(sideBySide(turns))).toEqual(['nos', 'torch']);
  expect(nos).toEqual({ median: 8, best: 4, ratio: 1 });
  expect(torch).toEqual({ median: 20, best: 10, ratio: 0.4 });
});

it('begins each turn with another step, and leaves out those that warm up', async () => {
  const taken = [];
  const torch = { time: async (name) => taken.push(name) };
  const turns = await takeTurns(() => taken.push('nos'), torch, ['a', 'b'], 2);
  expect(taken.join(' ')).toBe('nos a b a b nos b nos a nos a b a b nos');
  expect(turns.map(({ a, b }) => [a, b])).toEqual([
    [11, 12],
    [13, 14],
  ]);
});
