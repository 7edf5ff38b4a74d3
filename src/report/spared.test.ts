import { expect, it } from 'vitest';
import { sparedRows, sparedText } from './spared.ts';

it('what was spared is said as far as there is any', () => {
  const none = { reused: 0, near: 0, rejected: 0, stopped: 0 };
  expect(sparedText(none)).toBe('');
  expect(sparedRows(none)).toEqual([]);
  expect(sparedText({ ...none, rejected: 1200 })).toBe('1,200 rejected');
  expect(sparedRows({ reused: 3, near: 1, rejected: 2, stopped: 1 })).toEqual([
    ['spared', '3 same as another, 1 near copy, 2 rejected, 1 stopped early'],
  ]);
});
