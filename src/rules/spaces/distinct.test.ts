import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowed } from '../../../test/arbitrary-space.ts';
import { ruleKey } from '../canonical/key.ts';
import { countDistinct } from './count-distinct.ts';
import { decode, iterationsOf } from './decode.ts';
import { estimateDistinct } from './estimate-distinct.ts';
import { findSpace } from './find.ts';
import { spaceSize } from './masks.ts';
import { Composer } from './sides.ts';
import type { Space } from './space.ts';
import { spellings } from './spellings.ts';
import { strings } from './strings.ts';

/** How many strings have each key, one by one. */
function classes(space: Space): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const tokens of strings(space)) {
    const key = ruleKey(decode(space, tokens));
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  return sizes;
}

const small = narrowed.filter((space) => spaceSize(space) < 800n);

describe('countDistinct', () => {
  it('counts the keys of all strings', async () => {
    const property = async (space: Space): Promise<void> => {
      const rules = classes(space).size;
      expect(await countDistinct(space)).toEqual({ rules, share: rules / Number(spaceSize(space)) });
    };
    await fc.assert(fc.asyncProperty(small, property), { seed: 1, numRuns: 25 });
  });

  it('says how far it is', async () => {
    const told: number[] = [];
    const space = findSpace('quick/2', { operands: ['g', 'm'], unary: ['x', 'exp(x)'] });
    await countDistinct(space, (done) => {
      told.push(done);
    });
    expect(told.length).toBeGreaterThan(10);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBeLessThanOrEqual(1 + 1e-9);
  });
});

describe('spellings', () => {
  it('are some of the strings of the rule, so that their inverse bounds the share of distinct rules', () => {
    const property = (space: Space): void => {
      const sizes = classes(space);
      const composer = new Composer(space);
      let sum = 0;
      for (const tokens of strings(space)) {
        const { key, count } = spellings(space, composer, iterationsOf(tokens));
        expect(key).toBe(ruleKey(decode(space, tokens)));
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(sizes.get(key) as number);
        sum += 1 / count;
      }
      expect(sum).toBeGreaterThanOrEqual(sizes.size * (1 - 1e-9));
    };
    fc.assert(fc.property(small, property), { seed: 2, numRuns: 25 });
  });

  it.each([
    [
      'what nothing reads',
      { operands: ['g', 'm', 'v'], unary: ['x', 'exp(x)'], binary: ['x'] },
      9 * 2 ** 2 * (4 * 2),
    ],
    ['exchanged sides', { operands: ['g', 'm'], unary: ['x'], binary: ['x + y'], iterations: 1 }, 2],
    ['equal sides', { operands: ['g', 'g^2'], unary: ['x', 'x * x'], binary: ['x - y'], iterations: 1 }, 2],
  ])('count %s', (_, options, count) => {
    const space = findSpace('quick', options);
    const tokens = space.iterations === 1 ? [0, 1, 0, 0, 0] : [0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    expect(spellings(space, new Composer(space), iterationsOf(tokens)).count).toBe(count);
  });
});

describe('estimateDistinct', () => {
  const space = findSpace('quick/2', {
    operands: ['g', 'm', 'adam'],
    unary: ['x', 'exp(x)'],
    constraints: ['reuse'],
  });
  const options = { samples: 200, seed: 1 };

  it('is what the seed makes it', async () => {
    const estimate = await estimateDistinct(space, options);
    expect(await estimateDistinct(space, options)).toEqual(estimate);
    expect(await estimateDistinct(space, { ...options, seed: 2 })).not.toEqual(estimate);
  });

  it('states errors that hold the mean over all strings about 19 times in 20', async () => {
    const composer = new Composer(space);
    const counts = [...strings(space)].map(
      (tokens) => spellings(space, composer, iterationsOf(tokens)).count,
    );
    const bound = counts.reduce((sum, count) => sum + 1 / count, 0) / counts.length;
    const probability = [...classes(space).values()].reduce((sum, n) => sum + (n / counts.length) ** 2, 0);
    const estimates = await Promise.all(
      Array.from({ length: 40 }, (_, seed) => estimateDistinct(space, { ...options, seed })),
    );
    const held = estimates.filter(({ atMost, error }) => Math.abs(atMost - bound) <= error).length;
    const met = estimates.filter(
      ({ coincidence, coincidenceError }) => Math.abs(coincidence - probability) <= coincidenceError,
    ).length;
    expect(held).toBeGreaterThanOrEqual(34);
    expect(met).toBeGreaterThanOrEqual(34);
    const errors = estimates.map(({ error }) => error);
    expect(Math.max(...errors)).toBeLessThan(bound);
  });
});
