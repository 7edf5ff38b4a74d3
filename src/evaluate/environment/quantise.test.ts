import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environments } from '../../evaluation/index.ts';
import { stream } from '../../random/index.ts';
import { evenLevels, type Quantiser, quantiserOf, signAndMeans } from './quantise.ts';

const words = (size: number, ...labels: (string | number)[]): Uint32Array => {
  const random = stream(3, 'quantise', ...labels);
  return Uint32Array.from({ length: size }, () => random.uint32());
};

const normals = (size: number): Float64Array => {
  const random = stream(3, 'values');
  return Float64Array.from({ length: size }, () => Math.fround(random.normal()));
};

function applied(quantiser: Quantiser, values: ArrayLike<number>, random = words(values.length)) {
  const out = Float64Array.from(values);
  quantiser.apply(out, random);
  return out;
}

const all = environments.entries.flatMap(({ name, gradient, updates, weights }) =>
  [gradient, updates, weights]
    .filter((one) => one !== undefined)
    .map((quantisation) => [name, quantiserOf(quantisation)] as const),
);
const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const tensor = fc.array(finite, { minLength: 1, maxLength: 40 });

describe.each(all)('the quantisers of %s', (name, quantiser) => {
  const bits = Number(/(\d)bit/.exec(name)?.[1]);

  it('give at most 2^bits values, all of them used up by enough of a tensor', () => {
    const levels = new Set(applied(quantiser, normals(20_000)));
    expect(levels.size).toBeLessThanOrEqual(2 ** bits);
    expect(levels.size).toBeGreaterThan(2 ** (bits - 1) / 2);
  });

  it('make finite float32 of every finite tensor, and never a zero of an empty scale', () => {
    fc.assert(
      fc.property(tensor, fc.infiniteStream(fc.nat(2 ** 32 - 1)), (values, random) => {
        const drawn = Uint32Array.from(values, () => random.next().value as number);
        for (const value of applied(quantiser, values, drawn)) {
          expect(Number.isFinite(value)).toBe(true);
          expect(value).toBe(Math.fround(value));
        }
      }),
      { seed: 1, numRuns: 200 },
    );
    expect([...applied(quantiser, [0, -0, 0])].every((value) => value === 0)).toBe(true);
  });

  it('keep the largest float32 finite', () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    const ends = applied(quantiser, [largest, -largest, 0.9 * largest].map(Math.fround));
    expect([...ends].every(Number.isFinite)).toBe(true);
  });

  it('leave a tensor that has diverged as it is', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([...applied(quantiser, [1, bad, -2])]).toEqual([1, bad, -2]);
    }
  });

  it('draw the same for the same words', () => {
    const values = normals(100);
    expect(applied(quantiser, values)).toEqual(applied(quantiser, values));
    const other = applied(quantiser, values, words(100, 'other'));
    expect(String(other) === String(applied(quantiser, values))).toBe(!quantiser.stochastic);
  });
});

describe('stochastic rounding', () => {
  const stochastic = all.filter(([, quantiser]) => quantiser.stochastic);
  it('is there to be tested', () => expect(stochastic.length).toBeGreaterThan(5));

  it.each(stochastic)('of %s is right on average', (_, quantiser) => {
    const values = [1, -0.9, 0.31, -0.02, 0.004, 0].map(Math.fround);
    const repeats = 20_000;
    const sums = values.map(() => 0);
    const squares = values.map(() => 0);
    for (let i = 0; i < repeats; i++) {
      applied(quantiser, values, words(values.length, i)).forEach((value, j) => {
        sums[j] = (sums[j] as number) + value;
        squares[j] = (squares[j] as number) + value ** 2;
      });
    }
    values.forEach((value, j) => {
      const mean = (sums[j] as number) / repeats;
      const deviation = Math.sqrt(Math.max((squares[j] as number) / repeats - mean ** 2, 0) / repeats);
      // Five standard errors, and the rounding of the levels themselves.
      expect(Math.abs(mean - value)).toBeLessThanOrEqual(5 * deviation + 1e-6);
    });
  });

  it('goes to a neighbouring level only, and leaves the levels where they are', () => {
    const quantiser = evenLevels({ bits: 4, rounding: 'stochastic', outermost: 'largest' });
    const levels = Array.from({ length: 15 }, (_, i) => Math.fround((i - 7) / 7));
    expect([...applied(quantiser, levels)]).toEqual(levels.map((level) => level || 0));
    applied(
      quantiser,
      [1, ...normals(500)].map((value) => Math.max(-1, Math.min(1, value))),
    ).forEach((value, i) => {
      const wanted = [1, ...normals(500)].map((one) => Math.max(-1, Math.min(1, one)))[i] as number;
      expect(Math.abs(value - wanted)).toBeLessThan(1 / 7 + 1e-6);
    });
  });
});

describe('the values themselves', () => {
  it('1 bit: the means of either side', () => {
    expect([...applied(signAndMeans, [1, 3, -1, -2, 0])]).toEqual(
      [4 / 3, 4 / 3, -1.5, -1.5, 4 / 3].map(Math.fround),
    );
    expect([...applied(signAndMeans, [-1, -3])]).toEqual([-2, -2]);
  });

  it('2 bits, nearest: the largest magnitude, its opposite, or 0', () => {
    const nearest = evenLevels({ bits: 2, rounding: 'nearest', outermost: 'largest' });
    expect([...applied(nearest, [-4, 1.9, 2.1, -2.1, 0.1])]).toEqual([-4, 0, 4, -4, 0]);
  });

  it('of a power of two outermost: levels that do not move with the largest weight', () => {
    const kept = evenLevels({ bits: 4, rounding: 'nearest', outermost: 'power-of-two' });
    expect([...applied(kept, [0.6, 0.15])]).toEqual([4 / 7, 1 / 7].map(Math.fround));
    expect([...applied(kept, [0.9, 0.15])]).toEqual([6 / 7, 1 / 7].map(Math.fround));
    expect([...applied(kept, [1, 0.15])]).toEqual([1, 1 / 7].map(Math.fround));
  });
});
