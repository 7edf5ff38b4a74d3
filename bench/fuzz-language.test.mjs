import { expect, it } from 'vitest';
import { fuzz } from './fuzz-language.mjs';

it('what has to hold of every text holds for 4,000', () => {
  const { rules, refused, stepped, faults } = fuzz({ texts: 4_000, seed: 3 });
  expect(faults).toEqual([]);
  expect(rules + refused).toBe(4_000);
  for (const count of [rules, refused]) expect(count).toBeGreaterThan(1_000);
  expect(stepped).toBeGreaterThan(50);
});
