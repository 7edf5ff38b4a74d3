import { describe, expect, it } from 'vitest';
import {
  canonicalize,
  namesOf,
  ordinaryUpdates,
  parseRule,
  printRule,
  resolveRule,
  ruleKey,
} from '../rules/index.ts';
import { distinctRules, foldCopies, isFound, type LeaderboardRow } from './index.ts';

const rowOf = (text: string, more: Partial<LeaderboardRow> = {}): Omit<LeaderboardRow, 'rank' | 'index'> => {
  const rule = canonicalize(resolveRule(text));
  const key = ruleKey(rule);
  return {
    rule: printRule(rule),
    key,
    names: namesOf(key),
    reference: false,
    reward: 0.5,
    status: 'ok',
    learningRate: 0.1,
    edgeOfGrid: false,
    proposals: 1,
    ...more,
  };
};

const leaderboardOf = (...rows: readonly ReturnType<typeof rowOf>[]): readonly LeaderboardRow[] =>
  rows.map((row, index) => ({ rank: index + 1, index, ...row }));

const reference = { reference: true, proposals: 0 };
const COPIES = ['drop(g, 0.1) * exp(m) + sign(g) - drop(1e-3 * w, 0.5)', 'drop(g, 0.1) * exp(m) + sign(g)'];
const [COPY, ORIGINAL] = COPIES as [string, string];

describe('foldCopies', () => {
  it('lets the best of its kind stand, with the others in its row', () => {
    const rows = leaderboardOf(
      rowOf(ORIGINAL, { reward: 0.9 }),
      rowOf('drop(m, 0.3)', { reward: 0.8 }),
      rowOf(COPY, { reward: 0.7 }),
      rowOf('10 * drop(m, 0.3)', { reward: 0.6 }),
      rowOf(`${ORIGINAL} + drop(g^2, 0.5)`, { reward: 0.5 }),
      rowOf('drop(m, 0.1)', { reward: 0.4 }),
    );
    const folded = foldCopies(rows);
    expect(folded.map(({ rank, index, copies }) => [rank, index, copies?.map((copy) => copy.index)])).toEqual(
      [
        [1, 0, [2, 4]],
        [2, 1, [3]],
        [3, 5, undefined],
      ],
    );
    const { index, rule, key, reward } = rows[2]!;
    expect(folded[0]?.copies?.[0]).toEqual({ index, rule, key, reward });
  });

  it('never folds a reference away, nor into one, and names the reference that a rule behaves as', () => {
    const rows = leaderboardOf(
      rowOf('adam + drop(g^2, 0.5)'),
      rowOf('adam', reference),
      rowOf('adamw', reference),
      rowOf('adam - drop(1e-3 * w, 0.5)'),
      rowOf('sign(adam)'),
      rowOf('sign(ema(g, 0.9))', reference),
      rowOf('g', reference),
      rowOf('m'),
    );
    const folded = foldCopies(rows);
    expect(folded.map(({ index, like, copies }) => [index, like?.name, copies?.length])).toEqual([
      [0, 'adam', 1],
      [1, undefined, undefined],
      [2, undefined, undefined],
      [4, 'sign(ema(g, 0.9))', undefined],
      [5, undefined, undefined],
      [6, undefined, undefined],
      [7, undefined, undefined],
    ]);
    expect(folded[0]?.like?.distance).toBeGreaterThan(0);
    expect(folded[3]?.like?.distance).toBe(0);
    expect(folded.map(isFound)).toEqual([false, false, false, false, false, false, true]);
  });

  it('keeps the rows of rules that were tested again', () => {
    const retest = { rewards: [0.5], mean: 0.5, diverged: 0 };
    const rows = leaderboardOf(
      rowOf(ORIGINAL, { retest }),
      rowOf(COPY, { retest }),
      rowOf(`${ORIGINAL} + drop(g^2, 0.5)`),
    );
    expect(foldCopies(rows).map(({ index, copies }) => [index, copies?.length])).toEqual([
      [0, 1],
      [1, undefined],
    ]);
  });

  it('looks no farther than the first row that is one too many; what follows stands as it was', () => {
    const rows = leaderboardOf(rowOf('g^3'), rowOf(ORIGINAL), rowOf(COPY), rowOf('w'), rowOf('10 * w'));
    const folded = foldCopies(rows, { count: 2 });
    expect(folded.map(({ rank, index }) => [rank, index])).toEqual([
      [1, 0],
      [2, 1],
      [3, 3],
      [4, 4],
    ]);
    expect(folded[1]?.copies?.length).toBe(1);
    expect(foldCopies(rows, { count: 0 })).toEqual(rows);
  });

  it('folds rules that are never finite into one another, and into nothing else', () => {
    const rows = leaderboardOf(rowOf('log(-exp(g))'), rowOf('g'), rowOf('sqrt(-exp(w))'));
    expect(foldCopies(rows).map(({ index }) => index)).toEqual([0, 1]);
  });
});

describe('distinctRules', () => {
  const rules = ['adam + drop(g^2, 0.5)', COPY, ORIGINAL, 'drop(m, 0.3)', 'drop(m, 0.1)'].map((rule) => ({
    rule,
  }));

  it('has the first that behave differently from each other and from what is known', () => {
    const indices = (count: number) =>
      distinctRules(rules, count, [ordinaryUpdates(parseRule('adam'))]).map((rule) => rules.indexOf(rule));
    expect(indices(2)).toEqual([1, 3]);
    expect(indices(9)).toEqual([1, 3, 4]);
    expect(indices(0)).toEqual([]);
  });

  it('looks at no more rules than it takes', () => {
    expect(distinctRules([...rules.slice(0, 4), { rule: 'no rule' }], 3)).toHaveLength(3);
  });
});
