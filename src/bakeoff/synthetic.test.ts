import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import {
  decode,
  type Expression,
  parseRule,
  positions,
  printRule,
  ruleKey,
  uniformTokens,
} from '../rules/index.ts';
import type { Landscape } from './landscape.ts';
import { parts } from './synthetic.ts';

const SEEDS = [1, 2, 3];

let opened: readonly Landscape[];
beforeAll(async () => {
  opened = await Promise.all(SEEDS.map((seed) => parts.open(seed)));
});

const rewardOf = ({ space, reward }: Landscape, tokens: readonly number[]): number =>
  reward({ tokens, expression: decode(space, tokens) });

/** Reward of a rule that is no string of the space: the landscape reads the expression only. */
const rewardOfText = ({ reward }: Landscape, text: string): number =>
  reward({ tokens: [], expression: parseRule(text) });

const randomStrings = ({ space }: Landscape, count: number, label: string): (readonly number[])[] => {
  const random = stream(11, label);
  return Array.from({ length: count }, () => uniformTokens(space, random));
};

/** The hidden rule: the first of the landscape's stream that has all the reward. */
function hiddenRule({ space, reward }: Landscape, seed: number): Expression {
  const random = stream(seed, 'hidden rule');
  for (let tries = 0; tries < 50; tries++) {
    const tokens = uniformTokens(space, random);
    const expression = decode(space, tokens);
    if (reward({ tokens, expression }) === 1) return expression;
  }
  throw new Error('no rule of reward 1');
}

/** The string with the two sides of an iteration exchanged. */
function swapped({ space }: Landscape, tokens: readonly number[], iteration: number): readonly number[] {
  const own = positions(space).flatMap((place, t) => (place.iteration === iteration ? [t] : []));
  const [operand1, operand2, unary1, unary2] = own as [number, number, number, number];
  const result = [...tokens];
  [result[operand1], result[operand2]] = [tokens[operand2] as number, tokens[operand1] as number];
  [result[unary1], result[unary2]] = [tokens[unary2] as number, tokens[unary1] as number];
  return result;
}

describe('parts', () => {
  it('has rewards from 0 to 1, of many values', () => {
    const landscape = opened[0] as Landscape;
    const rewards = randomStrings(landscape, 500, 'bounds').map((tokens) => rewardOf(landscape, tokens));
    expect(Math.min(...rewards)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...rewards)).toBeLessThanOrEqual(landscape.optimum);
    expect(new Set(rewards).size).toBeGreaterThan(10);
  });

  it.each(SEEDS)('seed %i: the hidden rule is the optimum, however it is written', (seed) => {
    const landscape = opened[SEEDS.indexOf(seed)] as Landscape;
    const hidden = hiddenRule(landscape, seed);
    const text = printRule(hidden);
    expect(landscape.optimum).toBe(1);
    for (const writing of [text, `1 * (${text})`, `-(-(${text}))`, `(${text}) * 1`, `0 + (${text})`]) {
      expect(ruleKey(parseRule(writing)), writing).toBe(ruleKey(hidden));
      expect(rewardOfText(landscape, writing), writing).toBe(1);
    }
    for (const other of [`sqrt(abs(${text}))`, `-(${text})`]) {
      expect(ruleKey(parseRule(other))).not.toBe(ruleKey(hidden));
      expect(rewardOfText(landscape, other)).toBeLessThan(1);
    }
  });

  it('counts the parts that two rules share', () => {
    const landscape = opened[0] as Landscape;
    const text = printRule(hiddenRule(landscape, 1));
    const whole = rewardOfText(landscape, `tanh(${text})`);
    // All n parts of the hidden rule and one more: 2n ÷ (2n + 1), for an n of six or more.
    const n = whole / (2 * (1 - whole));
    expect(n).toBeCloseTo(Math.round(n), 9);
    expect(n).toBeGreaterThan(5.5);
  });

  it('gives strings of one key one reward', () => {
    const landscape = opened[1] as Landscape;
    const { space } = landscape;
    let spellings = 0;
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(1, 2), (n, iteration) => {
        const tokens = uniformTokens(space, stream(n, 'string'));
        const other = swapped(landscape, tokens, iteration);
        if (ruleKey(decode(space, tokens)) !== ruleKey(decode(space, other))) return;
        if (String(tokens) !== String(other)) spellings++;
        expect(rewardOf(landscape, other)).toBe(rewardOf(landscape, tokens));
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(spellings).toBeGreaterThan(50);
  });

  it('has about a hundredth of its strings above the top hundredth', () => {
    const shares = opened.map((landscape) => {
      const strings = randomStrings(landscape, 3000, 'other strings');
      const rewards = strings.map((tokens) => rewardOf(landscape, tokens));
      const above = rewards.filter((reward) => reward > landscape.topHundredth);
      const reached = rewards.filter((reward) => reward >= landscape.topHundredth);
      return { above: above.length / strings.length, reached: reached.length / strings.length };
    });
    const meanOf = (name: 'above' | 'reached') =>
      shares.reduce((sum, share) => sum + share[name], 0) / shares.length;
    // Equal rewards lie on the border. 0.005 is three standard errors, of three shares of 2,000 and of 3,000 strings.
    expect(meanOf('above')).toBeLessThan(0.015);
    expect(meanOf('reached')).toBeGreaterThan(0.005);
    expect(meanOf('reached')).toBeLessThan(0.02);
  });

  it('is one landscape a seed', async () => {
    const again = await parts.open(2);
    const strings = randomStrings(again, 200, 'seeds');
    const rewards = (landscape: Landscape) => strings.map((tokens) => rewardOf(landscape, tokens));
    expect(rewards(again)).toEqual(rewards(opened[1] as Landscape));
    expect(again.topHundredth).toBe(opened[1]?.topHundredth);
    expect(rewards(opened[0] as Landscape)).not.toEqual(rewards(again));
  });
});
