import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import recorded from '../../test/fixtures/scipy-statistics.json' with { type: 'json' };
import { stream } from '../random/index.ts';
import { blockedDifference, mean, meanInterval, pairedPermutation } from './index.ts';
import { selectInPlace } from './select.ts';
import { studentQuantile } from './student.ts';

/** Values such as differences of accuracies of a few examples: with ties and zeros. */
const tied = (least: number, most: number) =>
  fc
    .array(fc.integer({ min: -20, max: 60 }), { minLength: least, maxLength: most })
    .map((counts) => counts.map((count) => count / 300));

const leavesOut = ({ low, high }: { low: number; high: number }, value: number) =>
  low > value || high < value;

describe('studentQuantile', () => {
  it.each(recorded.student)('agrees with SciPy at $level with $degrees degrees', (known) => {
    expect([studentQuantile(known.level, known.degrees)]).toBeAllclose([known.quantile], { rtol: 1e-11 });
  });

  it('agrees with the tables of textbooks', () => {
    const published = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
    const found = published.map((_, i) => Number(studentQuantile(0.95, i + 1).toFixed(3)));
    expect(found).toEqual(published);
  });

  it('refuses what has no answer', () => {
    expect(() => studentQuantile(1, 3)).toThrow(/between 0 and 1, got 1/);
    expect(() => studentQuantile(0.95, 0)).toThrow(/1 or more degrees of freedom, got 0/);
    expect(() => studentQuantile(0.95, 2.5)).toThrow(RangeError);
  });
});

describe('meanInterval', () => {
  it.each(recorded.studentIntervals)('is Student’s with few values, as SciPy has it: $values', (known) => {
    const { low, high } = meanInterval(known.values) ?? {};
    expect([low, high]).toBeAllclose([known.low, known.high], { rtol: 1e-11 });
  });

  it('leaves 0 out exactly where the paired permutation test tells apart', () => {
    let told = 0;
    fc.assert(
      fc.property(tied(6, 12), (differences) => {
        const interval = meanInterval(differences);
        fc.pre(interval !== null);
        expect(leavesOut(interval, 0)).toBe(pairedPermutation(differences) <= 0.05);
        told += leavesOut(interval, 0) ? 1 : 0;
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(told).toBeGreaterThan(50);
  });

  it.each([21, 40])('does so with %i values, of whose signs the ways are drawn', (size) => {
    const random = stream(4, 'differences', size);
    const verdicts = Array.from({ length: 12 }, (_, i) => {
      const differences = Array.from({ length: size }, () => 0.004 * i + 0.05 * random.normal());
      const out = leavesOut(meanInterval(differences) as { low: number; high: number }, 0);
      expect(out).toBe(pairedPermutation(differences) <= 0.05);
      return out;
    });
    expect(new Set(verdicts)).toEqual(new Set([true, false]));
  });

  it('holds the means that the test does not reject, and no others', () => {
    const random = stream(5, 'values');
    const values = Array.from({ length: 9 }, () => random.normal());
    const { low, high } = meanInterval(values) as { low: number; high: number };
    const p = (middle: number) => pairedPermutation(values.map((value) => value - middle));
    for (const end of [low, high]) {
      const inward = Math.sign(mean(values) - end) * 1e-6;
      expect(p(end + inward)).toBeGreaterThan(0.05);
      expect(p(end - inward)).toBeLessThanOrEqual(0.05);
    }
  });

  it('reaches from the least to the greatest of six values', () => {
    expect(meanInterval([1, 2, 3, 4, 5, 7])).toEqual({ low: 1, high: 7 });
  });

  it('moves and grows with the values, and holds their mean', () => {
    fc.assert(
      fc.property(tied(3, 10), fc.integer({ min: 1, max: 9 }), (values, factor) => {
        const interval = meanInterval(values);
        fc.pre(interval !== null);
        const { low, high } = interval;
        expect(low).toBeLessThanOrEqual(mean(values) + 1e-12);
        expect(high).toBeGreaterThanOrEqual(mean(values) - 1e-12);
        const moved = meanInterval(values.map((value) => factor * value + 1)) as typeof interval;
        expect([moved.low, moved.high]).toBeAllclose([factor * low + 1, factor * high + 1], { atol: 1e-9 });
        const turned = meanInterval(values.map((value) => -value)) as typeof interval;
        expect([turned.low, turned.high]).toBeAllclose([-high, -low], { atol: 1e-12 });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it.each([
    ['no values', []],
    ['one', [0.5]],
    ['two', [0.5, 0.6]],
    ['equal ones', [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]],
    ['equal differences', [0.9 - 0.8, 0.8 - 0.7, 0.7 - 0.6]],
    ['zeros', [0, 0, 0]],
    ['one that is infinite', [1.5, 1.7, Number.POSITIVE_INFINITY]],
  ])('is none for %s', (_, values) => {
    expect(meanInterval(values)).toBeNull();
  });

  it('refuses what is no number', () => {
    expect(() => meanInterval([0.5, Number.NaN, 0.6])).toThrow(/NaN/);
  });
});

describe('blockedDifference', () => {
  const series = (size: number, label: string) => {
    const random = stream(6, label);
    return Array.from({ length: size }, () => random.normal());
  };

  it('is Student’s of the means of five blocks', () => {
    const blocks = [1, 2, 3, 4, 5].flatMap((value) => Array(20).fill(value));
    const { low, high } = blockedDifference(blocks, [...blocks].reverse()) as { low: number; high: number };
    // Each mean of five blocks has the squared error 2.5 / 5; there are eight degrees of freedom.
    expect([low, high]).toBeAllclose([-2.306004, 2.306004], { atol: 1e-6 });
  });

  it('is none for fewer than thirty values, and for values that are all equal', () => {
    expect(blockedDifference(series(29, 'a'), series(100, 'b'))).toBeNull();
    expect(blockedDifference(series(30, 'a'), series(30, 'b'))).not.toBeNull();
    expect(blockedDifference(Array(100).fill(0.1), Array(100).fill(0.2))).toBeNull();
  });

  it('takes in every value where blocks are not equally long', () => {
    const [a, b] = [series(47, 'a'), series(53, 'b')];
    const { low, high } = blockedDifference(a, b) as { low: number; high: number };
    expect((low + high) / 2).toBeCloseTo(mean(a) - mean(b), 12);
  });
});

describe('selectInPlace', () => {
  it('gives what stands at a place after sorting', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(values, fc.nat(), (drawn, n) => {
        const place = n % drawn.length;
        expect(selectInPlace(Float64Array.from(drawn), place)).toBe(Float64Array.from(drawn).sort()[place]);
      }),
      { seed: 1 },
    );
  });
});
