import { describe, expect, it } from 'vitest';
import { strategies } from '../search/index.ts';
import { entrants } from './entrants.ts';
import { YARDSTICK } from './relative-regret.ts';
import { tabulatedSpace } from './tabulated.ts';

describe('entrants', () => {
  it('have as many settings to choose from, random search alone has none', () => {
    const sizes = new Map(entrants.entries.map(({ name, grid }) => [name, grid.length]));
    expect(sizes.get(YARDSTICK)).toBe(1);
    sizes.delete(YARDSTICK);
    expect([...new Set(sizes.values())]).toEqual([4]);
  });

  it.each(entrants.entries)('$name: every setting differs, and the strategy takes it', async (entrant) => {
    const { name, strategy, options, grid } = entrant;
    expect(entrants.find(name)).toBe(entrant);
    expect(new Set(grid.map((own) => JSON.stringify(own))).size).toBe(grid.length);
    for (const own of [{}, ...grid]) {
      const opened = await strategies.find(strategy).create({
        space: tabulatedSpace,
        seed: 1,
        batch: 5,
        options: { ...options, ...own },
      });
      await opened.close();
    }
  });

  it('are found by their names', () => {
    expect(() => entrants.find('evolutoin')).toThrow(/unknown strategy 'evolutoin'/);
  });
});
