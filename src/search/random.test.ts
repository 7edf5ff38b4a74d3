import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { findSpace, type Space, spaceSize, uniformTokens } from '../rules/index.ts';
import { random } from './random.ts';

const tiny: Space = {
  name: 'tiny/2',
  iterations: 2,
  operands: ['g', 'm'],
  unary: ['x', 'exp(x)'],
  binary: ['x + y', 'x * y'],
  constraints: ['distinct', 'no-final-add', 'reuse'],
};

describe('uniformTokens', () => {
  it('draws each allowed string equally often, though they have unequal choices on their way', () => {
    // By hand: 2 pairs · 4 · 2 at first; then of three operands the 4 unequal pairs that hold the third, · 4 · 1.
    const strings = 16 * 16;
    expect(spaceSize(tiny)).toBe(BigInt(strings));
    const counts = new Map<string, number>();
    const draws = stream(1);
    const n = 40 * strings;
    for (let i = 0; i < n; i++) {
      const string = String(uniformTokens(tiny, draws));
      counts.set(string, (counts.get(string) ?? 0) + 1);
    }
    expect(counts.size).toBe(strings);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 40) ** 2 / 40, 0);
    expect(chiSquare).toBeLessThan(330); // 99.9% of χ² with 255 degrees of freedom
    expect(chiSquare).toBeGreaterThan(190); // 0.1%
  });
});

describe('random', () => {
  it('reports the probability of a string: one in the size of the space', async () => {
    const space = findSpace('icml2017/1');
    const strategy = await random.create({ space, seed: 1, batch: 1, options: {} });
    const [proposal] = await strategy.ask(1);
    expect(Math.exp(-proposal!.logProbability!)).toBeCloseTo(154_880, 6);
  });
});
