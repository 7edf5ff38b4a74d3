import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import recorded from '../../test/fixtures/scipy-statistics.json' with { type: 'json' };
import { stream } from '../random/index.ts';
import {
  holm,
  midranks,
  pairedPermutation,
  probabilityOfSuperiority,
  smallestPairedP,
  wilcoxonSignedRank,
} from './index.ts';

/** Differences as accuracies of small validation sets give them: with ties and zeros. */
const coarse = fc.array(
  fc.integer({ min: -6, max: 6 }).map((n) => n / 300),
  { minLength: 1, maxLength: 7 },
);
const fine = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 7 });
const differences = fc.oneof(coarse, fine);

const tests = [
  ['pairedPermutation', (d: readonly number[]) => pairedPermutation(d)],
  ['wilcoxonSignedRank', wilcoxonSignedRank],
] as const;

/** All ways to give these sizes their signs. */
const allSigns = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (ways, size) =>
      ways.flatMap((way) => [
        [...way, size],
        [...way, -size],
      ]),
    [[]],
  );

describe('paired tests', () => {
  it.each(recorded.paired)('agree with SciPy on $differences', ({ differences, permutation, wilcoxon }) => {
    expect([pairedPermutation(differences), wilcoxonSignedRank(differences)]).toBeAllclose(
      [permutation, wilcoxon],
      { rtol: 1e-12 },
    );
  });

  it('agree with the published table of Wilcoxon’s test', () => {
    // Wilcoxon and Wilcox, 1964, Table 2: the greatest sums of the rarer sign that count at 5 % in two-sided tests.
    for (const [n, critical] of [
      [6, 0],
      [8, 3],
      [10, 8],
      [15, 25],
      [20, 52],
      [25, 89],
    ] as const) {
      expect(pOfRarerSum(n, critical)).toBeLessThanOrEqual(0.0505);
      expect(pOfRarerSum(n, critical + 1)).toBeGreaterThan(0.05);
    }
  });

  it.each(tests)('%s is from 2/2ⁿ to 1, and blind to signs, order and scale', (_, test) => {
    fc.assert(
      fc.property(differences, fc.integer({ min: -20, max: 20 }), (d, power) => {
        const p = test(d);
        expect(p).toBeGreaterThanOrEqual(smallestPairedP(d.length));
        expect(p).toBeLessThanOrEqual(1);
        expect(test(d.map((x) => -x))).toBe(p);
        expect(test([...d].reverse())).toBeCloseTo(p, 12);
        expect(test(d.map((x) => x * 2 ** power))).toBeCloseTo(p, 12);
      }),
      { seed: 1 },
    );
  });

  it.each(tests)(
    '%s rejects at every level at most as often as the level says, over all signs',
    (_, test) => {
      fc.assert(
        fc.property(differences, (d) => {
          const all = allSigns(d).map((way) => test(way));
          for (const level of new Set(all)) {
            const rejected = all.filter((p) => p <= level + 1e-12).length / all.length;
            expect(rejected).toBeLessThanOrEqual(level + 1e-9);
          }
        }),
        { seed: 2, numRuns: 60 },
      );
    },
  );

  it.each(tests)('%s rejects 5 % of equal rules at most, and most of those that differ', (_, test) => {
    const random = stream(3, 'simulations');
    const rejects = (shift: number) => {
      let rejected = 0;
      for (let i = 0; i < 1_000; i++) {
        // Accuracies of 300 examples, paired by a part that both members share.
        const accuracy = () => Math.round(300 * (0.85 + 0.02 * random.normal())) / 300;
        const d = Array.from({ length: 8 }, () => accuracy() + shift - accuracy());
        if (test(d) <= 0.05) rejected++;
      }
      return rejected / 1_000;
    };
    // Three standard errors of 1,000 throws at 5 % are 0.02.
    expect(rejects(0)).toBeLessThan(0.07);
    expect(rejects(0)).toBeGreaterThan(0.02);
    expect(rejects(0.06)).toBeGreaterThan(0.95);
  });

  it('take what differs by rounding for equal', () => {
    const tied = [0.9 - 0.8, 0.3 - 0.2, -(0.7 - 0.6), 0.5 - 0.4, 0.2 - 0.1];
    expect(new Set(tied.map(Math.abs)).size).toBeGreaterThan(1);
    const exact = [0.1, 0.1, -0.1, 0.1, 0.1];
    for (const [, test] of tests) expect(test(tied)).toBe(test(exact));
  });

  it('of nothing but zeros have p 1', () => {
    for (const [, test] of tests) expect(test([0, 0, 0])).toBe(1);
  });

  it('go on beyond twenty pairs, with random signs', () => {
    const random = stream(4, 'many');
    const d = Array.from({ length: 20 }, () => 0.01 + 0.02 * random.normal());
    const exact = pairedPermutation(d);
    const drawn = pairedPermutation([...d, 0]);
    // Four standard errors of 99,999 draws.
    expect(Math.abs(drawn - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 99_999) + 1e-5);
    expect(pairedPermutation([...d, 0])).toBe(drawn);
    expect(pairedPermutation(Array.from({ length: 40 }, () => 0.01))).toBe(smallestPairedP(40));
  });

  it('can show nothing with few pairs', () => {
    expect([1, 2, 5, 6, 10].map(smallestPairedP)).toEqual([1, 0.5, 0.0625, 0.03125, 1 / 512]);
    for (const [, test] of tests) expect(test([0.1, 0.3, 0.2, 0.5, 0.4])).toBe(smallestPairedP(5));
  });

  it('refuse what has no answer', () => {
    for (const [name, test] of tests) {
      expect(() => test([])).toThrow(`${name}: expected at least one difference`);
      expect(() => test([0.1, Number.NaN])).toThrow(`${name}: a difference is NaN`);
    }
  });
});

/** Wilcoxon's p where the ranks of the rarer sign sum to `sum`, of n differences without ties. */
function pOfRarerSum(n: number, sum: number): number {
  let rest = sum;
  const signs = Array.from({ length: n }, (_, i) => {
    const rank = n - i;
    if (rank > rest) return rank;
    rest -= rank;
    return -rank;
  });
  return wilcoxonSignedRank(signs);
}

describe('holm', () => {
  it.each(recorded.holm)('is the closure of Bonferroni’s test: $raw', ({ raw, adjusted }) => {
    expect(holm(raw)).toBeAllclose(adjusted, { rtol: 1e-12 });
  });

  it('keeps the order of p, raises each, and none beyond Bonferroni', () => {
    const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(pValues, (p) => {
        const adjusted = holm(p);
        for (const [i, a] of adjusted.entries()) {
          expect(a).toBeGreaterThanOrEqual(p[i] as number);
          expect(a).toBeLessThanOrEqual(Math.min(1, p.length * (p[i] as number)));
          for (const [j, b] of adjusted.entries())
            if ((p[i] as number) < (p[j] as number)) expect(a).toBeLessThanOrEqual(b);
        }
        if (p.length > 0)
          expect(Math.min(...adjusted)).toBeCloseTo(Math.min(1, p.length * Math.min(...p)), 12);
      }),
      { seed: 5 },
    );
  });

  it('lets one false finding of ten through 5 % of times at most', () => {
    const random = stream(6, 'families');
    let families = 0;
    for (let i = 0; i < 4_000; i++) {
      if (holm(Array.from({ length: 10 }, () => random.uniform())).some((p) => p <= 0.05)) families++;
    }
    // Three standard errors of 4,000 throws at 5 % are 0.01.
    expect(families / 4_000).toBeLessThan(0.06);
    expect(families / 4_000).toBeGreaterThan(0.03);
  });

  it('refuses what is no probability', () => {
    expect(() => holm([0.5, 1.2])).toThrow(/from 0 to 1, got 1.2/);
    expect(() => holm([Number.NaN])).toThrow(/NaN/);
    expect(holm([])).toEqual([]);
  });
});

describe('probabilityOfSuperiority', () => {
  it.each(recorded.superiority)('is U by SciPy, divided by the number of pairs', ({ a, b, probability }) => {
    expect([probabilityOfSuperiority(a, b)]).toBeAllclose([probability], { rtol: 1e-14 });
  });

  it('of a over b and of b over a sum to 1', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(probabilityOfSuperiority(a, b) + probabilityOfSuperiority(b, a)).toBeCloseTo(1, 12);
        expect(probabilityOfSuperiority(a, a)).toBeCloseTo(0.5, 12);
        expect(
          probabilityOfSuperiority(
            a.map((x) => x + 10),
            b,
          ),
        ).toBe(1);
      }),
      { seed: 7 },
    );
  });

  it('refuses an empty sample', () => {
    expect(() => probabilityOfSuperiority([], [1])).toThrow(RangeError);
  });
});

describe('midranks', () => {
  it.each(recorded.ranks)('agree with SciPy on $values', ({ values, ranks }) => {
    expect(midranks(values)).toEqual(ranks);
  });
});
