import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { TokenMeans } from './token-means.ts';

/** How often each of three tokens is drawn at a place. */
function shares(means: TokenMeans, place: number): readonly number[] {
  const random = stream(1);
  const draws = Array.from({ length: 3000 }, () => means.draw([0, 1, 2], place, random));
  return [0, 1, 2].map((token) => draws.filter((drawn) => drawn === token).length / draws.length);
}

describe('TokenMeans', () => {
  it('draws evenly while nothing tells tokens apart', () => {
    const means = new TokenMeans(0.1);
    const even = [1 / 3, 1 / 3, 1 / 3];
    expect(shares(means, 0)).toBeAllclose(even, { atol: 0.03 });
    means.tell([0, 0], 0.5);
    means.tell([1, 2], 0.5);
    expect(shares(means, 0)).toBeAllclose(even, { atol: 0.03 });
  });

  it('draws by the exponential of means, shrunk to the mean of all, in units of the range', () => {
    for (const [scale, shift] of [
      [1, 0],
      [1e-3, 5],
      [1e5, -2],
    ] as const) {
      const means = new TokenMeans(0.25);
      for (const [tokens, reward] of [
        [[0, 0], 0],
        [[1, 0], 1],
      ] as const) {
        means.tell(tokens, scale * reward + shift);
      }
      // Of reward 0, 1, and none: (0 + 2·½)/3, (1 + 2·½)/3 and ½, divided by 0.25.
      const weights = [1 / 3, 2 / 3, 1 / 2].map((mean) => Math.exp(mean / 0.25));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      expect(shares(means, 0)).toBeAllclose(
        weights.map((weight) => weight / total),
        { atol: 0.03 },
      );
    }
  });

  it('is uniform at high temperatures', () => {
    const means = new TokenMeans(1e9);
    means.tell([0], 0);
    means.tell([1], 1);
    expect(shares(means, 0)).toBeAllclose([1 / 3, 1 / 3, 1 / 3], { atol: 0.03 });
  });
});
