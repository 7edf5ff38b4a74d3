import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveKey, restoreStream, stream, threefry2x32 } from './index.ts';

const encrypt = (k0: number, k1: number, c0: number, c1: number): number[] => {
  const out = new Uint32Array(2);
  threefry2x32({ k0, k1 }, c0, c1, out);
  return [...out];
};

describe('threefry2x32', () => {
  // Random123's known-answer file (kat_vectors), threefry2x32, 20 rounds.
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('key %j counter %j', (key, counter, expected) => {
    expect(encrypt(key[0]!, key[1]!, counter[0]!, counter[1]!)).toEqual(expected);
  });
});

describe('stream', () => {
  it('is named by its seed and labels', () => {
    const first = (seed: number, ...labels: (string | number)[]) => stream(seed, ...labels).uint32();
    expect(first(1, 'a')).toBe(first(1, 'a'));
    const all = [
      first(1),
      first(2),
      first(1, 'a'),
      first(1, 'b'),
      first(1, 1),
      first(1, '1'),
      first(1, 'a', 'b'),
      first(1, 'ab'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('goes on from a saved state, at any point', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(50), (seed, drawn) => {
        const original = stream(seed, 'x');
        for (let i = 0; i < drawn; i++) original.uint32();
        const restored = restoreStream(JSON.parse(JSON.stringify(original.state())));
        expect([restored.normal(), restored.uint32()]).toEqual([original.normal(), original.uint32()]);
      }),
      { seed: 1 },
    );
  });

  it('has the moments of its distributions', () => {
    const s = stream(3, 'moments');
    const n = 100_000;
    let uniformSum = 0;
    let normalSum = 0;
    let normalSquares = 0;
    for (let i = 0; i < n; i++) {
      uniformSum += s.uniform();
      const z = s.normal();
      normalSum += z;
      normalSquares += z * z;
    }
    expect(uniformSum / n).toBeCloseTo(0.5, 2);
    expect(normalSum / n).toBeCloseTo(0, 1.5);
    expect(normalSquares / n).toBeCloseTo(1, 1.5);
  });

  it('permutes', () => {
    const order = [...stream(1, 'order').permutation(1000)];
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });

  it('refuses a bad seed', () => {
    expect(() => deriveKey(-1)).toThrow(/seed: expected an integer/);
    expect(() => deriveKey(0.5)).toThrow(RangeError);
  });
});
