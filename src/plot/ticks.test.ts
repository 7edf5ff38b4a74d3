import { describe, expect, it } from 'vitest';
import { logTicks, spansDecades, ticksText } from './ticks.ts';

describe('logTicks', () => {
  it('are powers of ten, with steps where there are many', () => {
    expect(logTicks(1e-5, 10)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]);
    expect(logTicks(2e-17, 100)).toEqual([1e-16, 1e-13, 1e-10, 1e-7, 1e-4, 0.1, 100]);
  });

  it('are ones, twos and fives within a power or two', () => {
    expect(logTicks(0.3, 4)).toEqual([0.5, 1, 2]);
    expect(logTicks(3, 3)).toEqual([]);
  });
});

describe('ticksText', () => {
  it.each<[readonly number[], readonly string[]]>([
    [
      [0, 0.1 + 0.2],
      ['0.0', '0.3'],
    ],
    [
      [0.88, 0.9, 0.915],
      ['0.880', '0.900', '0.915'],
    ],
    [
      [1, 2, 10],
      ['1', '2', '10'],
    ],
    [
      [45_000, 800_000],
      ['45,000', '800,000'],
    ],
    [
      [-0.25, 0.001],
      ['-0.250', '0.001'],
    ],
    [
      [0, 5e-5, 1e-4, 1.5e-4],
      ['0', '5×10⁻⁵', '10⁻⁴', '1.5×10⁻⁴'],
    ],
    [
      [-8e6, -1e6, 0, 1e9],
      ['-8×10⁶', '-10⁶', '0', '10⁹'],
    ],
    [[], []],
  ])('writes the numbers of one axis alike: %j', (ticks, texts) => {
    expect(ticksText(ticks)).toEqual(texts);
  });

  it.each<[readonly number[], readonly string[]]>([
    [
      [0.001, 0.05, 1, 1_000],
      ['0.001', '0.05', '1', '1,000'],
    ],
    [
      [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10],
      ['10⁻⁵', '10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '10⁰', '10¹'],
    ],
    [
      [1e-4, 2e-2],
      ['0.0001', '0.02'],
    ],
  ])('writes those of a logarithmic axis without decimals that nobody needs: %j', (ticks, texts) => {
    expect(ticksText(ticks, 'log')).toEqual(texts);
  });
});

describe('spansDecades', () => {
  it('holds for positive numbers that are far apart', () => {
    expect(
      [
        [1, 101],
        [1, 100],
        [0, 1e9],
        [-1, 5],
        [1e-30, 1],
      ].map(spansDecades),
    ).toEqual([...[true, false, false, false, true]]);
  });
});
