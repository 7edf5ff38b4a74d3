import { describe, expect, it } from 'vitest';
import { findStrategy } from '../search/index.ts';
import { contestants, findContestant } from './contestants.ts';
import { YARDSTICK } from './relative-regret.ts';
import { tabulatedSpace } from './tabulated.ts';

describe('contestants', () => {
  it('have as many settings to choose from, random search alone has none', () => {
    const sizes = new Map(contestants.map(({ name, grid }) => [name, grid.length]));
    expect(sizes.get(YARDSTICK)).toBe(1);
    sizes.delete(YARDSTICK);
    expect([...new Set(sizes.values())]).toEqual([4]);
  });

  it.each(contestants)('$name: every setting differs, and the strategy takes it', async (contestant) => {
    const { name, strategy, options, grid } = contestant;
    expect(findContestant(name)).toBe(contestant);
    expect(new Set(grid.map((own) => JSON.stringify(own))).size).toBe(grid.length);
    for (const own of [{}, ...grid]) {
      const opened = await findStrategy(strategy).create({
        space: tabulatedSpace,
        seed: 1,
        batch: 5,
        options: { ...options, ...own },
      });
      await opened.close();
    }
  });

  it('are found by their names', () => {
    expect(() => findContestant('evolutoin')).toThrow(/unknown strategy 'evolutoin'/);
  });
});
