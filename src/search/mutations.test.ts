import { describe, expect, it } from 'vitest';
import { constraintSets, isAllowed } from '../../test/support/search.ts';
import { stream } from '../random/index.ts';
import { findSpace, type Space, uniformTokens } from '../rules/index.ts';
import { mutate, mutations } from './mutations.ts';

const space = findSpace('icml2017/2');
const parent = [0, 3, 1, 2, 4, 5, 6, 7, 8, 3];
/** What a mutation wishes of the parent, a hundred times. */
function wishes(name: string, within: Space = space) {
  const mutation = mutations.find((one) => one.name === name);
  const random = stream(1, name);
  return Array.from({ length: 100 }, () => mutation?.wish(within, parent, random));
}
const changed = (wish: readonly (number | undefined)[] | undefined): readonly number[] =>
  [...parent.keys()].filter((i) => wish?.[i] !== parent[i]);

describe('mutations', () => {
  it('change one token, at every place', () => {
    const all = wishes('change a token').map(changed);
    expect(all.every((places) => places.length === 1)).toBe(true);
    expect(new Set(all.flat()).size).toBe(parent.length);
  });

  it('swap the sides of one iteration', () => {
    const all = wishes('swap the sides').map(String);
    expect(new Set(all)).toEqual(new Set(['3,0,2,1,4,5,6,7,8,3', '0,3,1,2,4,6,5,8,7,3']));
  });

  it('use a computed value in a later iteration, where there is one', () => {
    const all = wishes('use a computed value').map(String);
    expect(new Set(all)).toEqual(new Set(['0,3,1,2,4,16,6,7,8,3', '0,3,1,2,4,5,16,7,8,3']));
    expect(wishes('use a computed value', findSpace('icml2017/1'))[0]).toBeUndefined();
  });

  it('reset one iteration', () => {
    const all = wishes('reset an iteration').map((wish) => String(changed(wish)));
    expect(new Set(all)).toEqual(new Set(['0,1,2,3,4', '5,6,7,8,9']));
  });
});

describe('mutate', () => {
  it('makes strings that the constraints allow, chain after chain', () => {
    for (const constraints of constraintSets) {
      const within = findSpace('icml2017/3', { constraints });
      const random = stream(2, ...constraints);
      let tokens = uniformTokens(within, random);
      for (let i = 0; i < 500; i++) {
        tokens = mutate(within, tokens, random);
        expect(isAllowed(within, tokens)).toBe(true);
      }
    }
  });

  it('reaches every string of a small space', () => {
    const tiny: Space = { ...space, name: 'tiny/1', iterations: 1, operands: ['g', 'm'], unary: ['x', '-x'] };
    const random = stream(3);
    const seen = new Set<string>();
    let tokens = uniformTokens(tiny, random);
    for (let i = 0; i < 2000; i++) {
      tokens = mutate(tiny, tokens, random);
      seen.add(String(tokens));
    }
    expect(seen.size).toBe(2 * 2 * 2 * 2 * 5);
  });

  it('returns the only string of a space of one', () => {
    const one: Space = { ...space, iterations: 1, operands: ['g'], unary: ['x'], binary: ['x'] };
    expect(mutate(one, [0, 0, 0, 0, 0], stream(4))).toEqual([0, 0, 0, 0, 0]);
  });
});
