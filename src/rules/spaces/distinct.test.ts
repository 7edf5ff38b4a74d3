import { expect, it } from 'vitest';
import { decoder } from './decode.ts';
import { distinctRules } from './distinct.ts';
import { findSpace } from './find.ts';
import { strings } from './strings.ts';

it('distinctRules counts all rules of a space that is small beside the sample', () => {
  const space = findSpace('quick/1', { operands: ['g', 'm'], unary: ['x', 'sign(x)'] });
  const all = new Set([...strings(space)].map(decoder(space).key));
  expect(distinctRules(space, { samples: 2000, seed: 1 })).toBe(all.size);
});

it('distinctRules counts one rule for each string of a large space that writes it alone', () => {
  const space = findSpace('icml2017/3', { binary: ['x - y'] });
  expect(distinctRules(space, { samples: 300, seed: 1 })).toBeGreaterThan(280);
  expect(distinctRules(space, { samples: 1, seed: 1 })).toBe(1);
});
