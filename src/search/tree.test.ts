import { describe, expect, it } from 'vitest';
import { hiddenString, trial } from '../../test/support/search.ts';
import { type Space, spaceSize } from '../rules/index.ts';
import { Tree } from './decision-tree.ts';
import { tree } from './tree.ts';

const tiny: Space = {
  name: 'tiny/1',
  iterations: 1,
  operands: ['g', 'm', 'v', '1'],
  unary: ['x', 'exp(x)', 'sign(x)'],
  binary: ['x + y', 'x * y', 'x - y'],
  constraints: [],
};

describe('tree', () => {
  it.each([
    [{ exploration: -1 }, "option 'exploration' of strategy 'tree'"],
    [{ widening: 1.5 }, "option 'widening' of strategy 'tree'"],
    [{ rolloutTemperature: 0 }, "option 'rolloutTemperature' of strategy 'tree'"],
  ])('refuses %j', async (options, message) => {
    await expect(tree.create({ space: tiny, seed: 1, batch: 1, options })).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining(message),
    });
  });

  it('finds the optimum of a small space after a fraction of its strings', async () => {
    expect(spaceSize(tiny)).toBe(432n);
    const reward = hiddenString(tiny);
    for (const seed of [1, 2, 3, 4, 5]) {
      const { rewards } = await trial(tree, { space: tiny, reward, samples: 150, seed });
      expect(rewards.indexOf(1)).toBeGreaterThanOrEqual(0);
    }
  });

  it('grows by a node a string, and by none once the whole space is in it', async () => {
    const two: Space = { ...tiny, operands: ['g', 'm'], unary: ['x'], binary: ['x * y'] };
    const { proposals, metrics } = await trial(tree, { space: two, reward: () => 1, samples: 60 });
    expect(metrics[0]).toMatchObject({ treeSize: 11 });
    // 1 + 2 first operands, then 4 pairs, each with three more tokens.
    expect(metrics.at(-1)).toMatchObject({ treeSize: 1 + 2 + 4 * 4, treeDepth: 5 });
    expect(new Set(proposals.map(({ tokens }) => String(tokens))).size).toBe(4);
  });
});

describe('the decision tree', () => {
  const grown = (exploration: number): Tree => {
    const nodes = new Tree(tiny, { exploration, widening: 0 });
    nodes.ask([0, 0, 0, 0, 0], 1);
    return nodes;
  };

  it('goes to the child of the higher mean where it does not explore', () => {
    const nodes = grown(0);
    nodes.ask([2, 0, 0, 0, 0], 1);
    nodes.tell([0, 0, 0, 0, 0], 1, 0.3);
    nodes.tell([2, 0, 0, 0, 0], 1, 0.7);
    expect(nodes.select().prefix).toEqual([2]);
  });

  it('goes to the child of fewer visits where it explores enough', () => {
    const nodes = grown(100);
    nodes.ask([0, 1, 0, 0, 0], 1);
    nodes.ask([2, 0, 0, 0, 0], 1);
    nodes.tell([0, 0, 0, 0, 0], 1, 1);
    nodes.tell([0, 1, 0, 0, 0], 1, 1);
    nodes.tell([2, 0, 0, 0, 0], 1, 0);
    expect(nodes.select().prefix).toEqual([2]);
  });

  it('counts a string in flight as a loss', () => {
    const nodes = grown(0);
    nodes.ask([2, 0, 0, 0, 0], 1);
    nodes.ask([3, 0, 0, 0, 0], 1);
    nodes.tell([0, 0, 0, 0, 0], 1, 0);
    nodes.tell([2, 0, 0, 0, 0], 1, 1);
    nodes.tell([3, 0, 0, 0, 0], 1, 0.8);
    expect(nodes.select().prefix).toEqual([2]);
    nodes.ask([2, 1, 0, 0, 0], 1);
    expect(nodes.select().prefix).toEqual([3]);
  });

  it('scales rewards by the lowest and highest so far', () => {
    const choice = (scale: number, shift: number) => {
      const nodes = grown(0.3);
      [0.2, 0.9, 0.4, 0.8].forEach((reward, i) => {
        const tokens = [i % 3, i, 0, 0, 0];
        if (i > 0) nodes.ask(tokens, 1);
        nodes.tell(tokens, 1, scale * reward + shift);
      });
      return nodes.select().prefix;
    };
    expect(choice(1e-3, -7)).toEqual(choice(1, 0));
    expect(choice(1e6, 3)).toEqual(choice(1, 0));
  });

  it('leaves a child that has no string left', () => {
    const narrow: Space = { ...tiny, unary: ['x'], binary: ['x * y'], operands: ['g', 'm'] };
    const nodes = new Tree(narrow, { exploration: 0, widening: 1 });
    for (const right of [0, 1]) {
      nodes.ask([0, right, 0, 0, 0], 5);
      nodes.tell([0, right, 0, 0, 0], 5, 1);
    }
    nodes.ask([1, 0, 0, 0, 0], 1);
    nodes.tell([1, 0, 0, 0, 0], 1, 0);
    expect(nodes.select().prefix[0]).toBe(1);
  });
});
