import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { cropAndFlip } from './augment.ts';

/** Two images of two channels, every pixel another number. */
const SHAPE = [2, 4, 5] as const;
const images = () => Float32Array.from({ length: 2 * 2 * 4 * 5 }, (_, i) => i);
const moved = (margin: number, seed: number) => {
  const batch = images();
  cropAndFlip(batch, SHAPE, margin, stream(seed));
  return batch;
};

describe('cropAndFlip', () => {
  it('mirrors half of the images where nothing moves', () => {
    const flips = Array.from({ length: 500 }, (_, seed) => moved(0, seed));
    const row = (batch: Float32Array) => [...batch.subarray(0, 5)].join();
    const kinds = flips.map(row);
    expect(new Set(kinds)).toEqual(new Set(['0,1,2,3,4', '4,3,2,1,0']));
    expect(kinds.filter((kind) => kind.startsWith('4')).length / 500).toBeCloseTo(0.5, 1);
  });

  it('reflects at the edges, moves all channels alike, and images each on its own', () => {
    let different = 0;
    for (let seed = 0; seed < 200; seed++) {
      const batch = moved(3, seed);
      const [first, second] = [batch.subarray(0, 20), batch.subarray(20, 40)];
      expect([...second]).toEqual([...first].map((x) => x + 20));
      // Neighbours in the image stay neighbours: reflection repeats no edge pixel.
      for (let i = 0; i < 4; i++) expect(Math.abs(batch[i + 1]! - batch[i]!)).toBe(1);
      for (let i = 0; i < 3; i++) expect(Math.abs(batch[5 * (i + 1)]! - batch[5 * i]!)).toBe(5);
      if ([...batch.subarray(40, 60)].some((x, i) => x !== first[i]! + 40)) different++;
    }
    expect(different).toBeGreaterThan(150);
  });

  it('moves by every distance up to the margin, and is a function of the stream', () => {
    const corners = new Set(Array.from({ length: 2_000 }, (_, seed) => moved(1, seed)[0]));
    // Unflipped, a shift of −1, 0 or 1 brings pixel 1, 0 or 1 to the corner, down and across; flipped, 3, 4 or 3.
    expect([...corners].sort((a, b) => a! - b!)).toEqual([0, 1, 3, 4, 5, 6, 8, 9]);
    fc.assert(
      fc.property(fc.nat(1_000), (seed) => {
        expect(moved(2, seed)).toEqual(moved(2, seed));
      }),
      { seed: 1, numRuns: 20 },
    );
  });
});
