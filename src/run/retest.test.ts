import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { canonicalize, printRule, resolveRule, ruleKey } from '../rules/index.ts';
import type { Score, ScoreRole } from '../store/index.ts';
import { chooseRetests, plannedRetests, retestRounds, survivors } from './retest.ts';

const score = (role: ScoreRole, index: number, rule: string, reward: number): Score => {
  const evaluation: Evaluation = {
    rule: printRule(canonicalize(resolveRule(rule))),
    key: ruleKey(resolveRule(rule)),
    task: 'digits-mlp',
    protocol: 'quick',
    environment: 'none',
    seed: 1,
    learningRate: 0.1,
    edgeOfGrid: false,
    sweep: [],
    reward,
    curve: [reward],
    status: 'ok',
    steps: 1,
    seconds: 1,
    fingerprint: 'f',
    version: '0',
  };
  return { role, index, evaluation };
};

const CONFIG = { references: ['adam', 'sgd'], retest: { top: 3, seeds: 2 } };

/** What a search found, best first; the second and third are the first in other words, the fourth is Adam. */
const FOUND = [
  'drop(m, 0.3)',
  'drop(m, 0.3) * exp(1e-3 * w)',
  '10 * drop(m, 0.3)',
  'adam + drop(g^2, 0.5)',
  'sign(g)',
  'sign(m)',
  'g^3',
];
const searched = [
  score('reference', 0, 'adam', 0.5),
  score('reference', 1, 'sgd', 0.4),
  ...FOUND.map((rule, i) => score('proposal', i, rule, 0.9 - i / 100)),
];
const chosen = (scores: readonly Score[], config = CONFIG) =>
  chooseRetests(scores, config).map(({ slot, rule }) => [
    slot,
    [...CONFIG.references, ...FOUND].find(
      (text) => ruleKey(resolveRule(text)) === ruleKey(resolveRule(rule)),
    ),
  ]);
const DIFFERENT = [
  [0, 'adam'],
  [1, 'sgd'],
  [2, 'drop(m, 0.3)'],
  [3, 'sign(g)'],
  [4, 'sign(m)'],
];

describe('chooseRetests', () => {
  it('chooses the references, and the best rules that behave differently', () => {
    expect(chosen(searched)).toEqual(DIFFERENT);
    expect(chosen(searched, { ...CONFIG, retest: { top: 0, seeds: 2 } })).toEqual(DIFFERENT.slice(0, 2));
    expect(chosen(searched, { ...CONFIG, retest: { top: 3, seeds: 0 } })).toEqual([]);
  });

  it('chooses the same when some of them are there', () => {
    for (const there of [[4], [2, 3], [3], [0, 4], [2, 3, 4]]) {
      const retests = there.map((slot) => score('retest', slot * 2 + 1, DIFFERENT[slot]?.[1] as string, 0.5));
      expect(chosen([...searched, ...retests])).toEqual(DIFFERENT);
    }
  });

  it('brings to its end what an earlier version chose, beside what it chooses itself', () => {
    const begun = [score('retest', 4, FOUND[0]!, 0.5), score('retest', 7, FOUND[1]!, 0.5)];
    expect(chosen([...searched, ...begun])).toEqual([
      [0, 'adam'],
      [1, 'sgd'],
      [2, 'drop(m, 0.3)'],
      [3, FOUND[1]],
      [4, 'sign(g)'],
      [5, 'sign(m)'],
    ]);
  });

  it('tests what a longer search has found since, and keeps the earlier ones', () => {
    const retests = DIFFERENT.flatMap(([slot, rule]) =>
      [0, 1].map((j) => score('retest', (slot as number) * 2 + j, rule as string, 0.5)),
    );
    const better = score('proposal', 20, 'drop(g, 0.1) * w', 0.95);
    const slots = chooseRetests([...searched, ...retests, better], CONFIG);
    expect(slots.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ruleKey(resolveRule(slots[5]!.rule))).toBe(better.evaluation.key);
  });
});

describe('tests by halving', () => {
  it('have rounds of half of the rules and twice the seeds each', () => {
    expect(retestRounds({ top: 8, seeds: 10, halving: true })).toEqual([3, 5, 10]);
    for (const top of [0, 1, 2]) expect(retestRounds({ top, seeds: 4, halving: true })).toEqual([4]);
    expect(retestRounds({ top: 8, seeds: 10 })).toEqual([10]);
  });

  it('cost less than all seeds for all rules', () => {
    const references = ['adam', 'sgd', 'momentum', 'rmsprop', 'powersign'];
    const planned = (retest: { top: number; seeds: number; halving?: boolean }) =>
      plannedRetests({ references, retest });
    expect(planned({ top: 8, seeds: 10, halving: true })).toBe(8 * 3 + 4 * 2 + 2 * 5 + 5 * 3 + 3 * 2 + 2 * 5);
    expect(planned({ top: 8, seeds: 10 })).toBe(130);
  });

  it('go on with the better half of the found rules, and of the references, by their means', () => {
    const config = { references: ['adam', 'sgd'], retest: { top: 3, seeds: 2, halving: true } };
    const pool = chooseRetests(searched, config);
    const test = (slot: number, j: number, reward: number, status: 'ok' | 'failed' = 'ok') => {
      const made = score('retest', slot * 2 + j, pool[slot]!.rule, reward);
      return { ...made, evaluation: { ...made.evaluation, status } };
    };
    const tested = [
      ...[test(0, 0, 0.3), test(1, 0, 0.4)],
      ...[test(2, 0, 0.5), test(2, 1, 0.1), test(3, 0, 0.2), test(4, 0, 0.9, 'failed')],
    ];
    expect(survivors(pool, tested, config).map(({ slot }) => slot)).toEqual([1, 2, 3]);
  });
});
