import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { canonicalize, parseRule, printRule, resolveRule, ruleKey } from '../rules/index.ts';
import type { Score, ScoreRole } from '../store/index.ts';
import { leaderboard } from './index.ts';

const score = (role: ScoreRole, index: number, rule: string, reward: number, more = {}): Score => {
  const evaluation: Evaluation = {
    rule: printRule(canonicalize(parseRule(rule))),
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
    ...more,
  };
  return { role, index, evaluation };
};

describe('leaderboard', () => {
  it('has one row a key, with its first index, its proposals and its names', () => {
    const rows = leaderboard([
      score('reference', 0, 'g', 0.5),
      score('proposal', 0, 'sign(g)', 0.6),
      score('proposal', 1, 'g * 1', 0.5),
      score('proposal', 2, 'sign(g)', 0.6),
      score('proposal', 3, 'g', 0.5),
      score('reference', 1, 'g^2', 0.4),
    ]);
    expect(rows).toMatchObject([
      { rank: 1, rule: 'sign(g)', reward: 0.6, reference: false, proposals: 2, index: 0 },
      { rank: 2, rule: 'g', reward: 0.5, reference: true, proposals: 2, index: 1 },
      { rank: 3, rule: 'g^2', reward: 0.4, reference: true, proposals: 0, index: -1 },
    ]);
    expect(rows[1]?.names).toContain('sgd');
  });

  it('ties go to the smaller index', () => {
    const rows = leaderboard([score('proposal', 1, 'g^3', 0.5), score('proposal', 0, 'sign(g)', 0.5)]);
    expect(rows.map(({ rule }) => rule)).toEqual(['sign(g)', 'g^3']);
  });

  it('rows that were tested again come first, by the mean of what was not lost', () => {
    const rows = leaderboard([
      score('proposal', 0, 'sign(g)', 0.9),
      score('proposal', 1, 'g^3', 0.8),
      score('proposal', 2, 'g^2', 0.7),
      score('reference', 0, 'g', 0.6),
      score('retest', 0, 'sign(g)', 0.5),
      score('retest', 1, 'sign(g)', 0.7),
      score('retest', 2, 'g', 0.65),
      score('retest', 3, 'g^3', 0.8),
      score('retest', 4, 'g^3', 0.1, { status: 'failed' }),
    ]);
    expect(rows.map(({ rule, retest }) => [rule, retest?.mean])).toEqual([
      ['g^3', 0.8],
      ['g', 0.65],
      ['sign(g)', 0.6],
      ['g^2', undefined],
    ]);
    expect(rows[0]?.retest?.rewards).toEqual([0.8]);
  });

  it('puts what finished first, then what was stopped, diverged, was rejected, and failed, whatever their rewards', () => {
    const chance = 0.1;
    const rows = leaderboard([
      score('proposal', 0, 'g^3', chance, { status: 'failed' }),
      score('proposal', 1, 'log(g)', chance, { status: 'diverged' }),
      score('proposal', 2, 'sign(g)', 0.05),
      score('proposal', 3, 'exp(g)', chance, { status: 'rejected' }),
      score('proposal', 4, 'cos(g)', 0.2, { status: 'stopped' }),
      score('reference', 0, 'g', chance, { status: 'diverged' }),
      score('retest', 0, 'g', chance, { status: 'diverged' }),
      score('reference', 1, 'm', 0.04),
      score('retest', 1, 'm', 0.03),
    ]);
    expect(rows.map(({ rule, status, reward }) => [rule, status, reward])).toEqual([
      [printRule(canonicalize(parseRule('m'))), 'ok', 0.04],
      ['sign(g)', 'ok', 0.05],
      ['cos(g)', 'stopped', 0.2],
      ['g', 'diverged', chance],
      ['log(g)', 'diverged', chance],
      ['exp(g)', 'rejected', chance],
      ['g^3', 'failed', chance],
    ]);
  });

  it('counts a retest that diverged for no more than the worst training that finished', () => {
    const rows = leaderboard([
      score('proposal', 0, 'sign(g)', 0.9),
      score('proposal', 1, 'g^3', 0.8),
      score('retest', 0, 'sign(g)', 0.1, { status: 'diverged' }),
      score('retest', 1, 'sign(g)', 0.05),
      score('retest', 2, 'g^3', 0.05),
      score('retest', 3, 'g^3', 0.06),
    ]);
    expect(rows.map(({ rule }) => rule)).toEqual(['g^3', 'sign(g)']);
    expect(rows[1]?.retest?.rewards).toEqual([0.1, 0.05]);
  });

  it('has no row without a finished training above one with one, in 10,000 runs', () => {
    const rules = ['g', 'm', 'v', 'g^2', 'sign(g)'];
    const scores = fc.array(
      fc.record({
        role: fc.constantFrom('reference', 'proposal', 'retest'),
        rule: fc.constantFrom(...rules),
        reward: fc.constantFrom(0, -0, 0.05, 0.1, 0.5, 1),
        status: fc.constantFrom('ok', 'diverged', 'failed'),
      } as const),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(scores, (drawn) => {
        const all = drawn.map(({ role, rule, reward, status }, i) =>
          score(role, i, rule, status === 'ok' ? reward : 0.1, { status }),
        );
        const finished = leaderboard(all).map(({ key, status }) => {
          const own = all.filter(({ evaluation }) => evaluation.key === key);
          const retests = own.filter(
            ({ role, evaluation }) => role === 'retest' && evaluation.status !== 'failed',
          );
          return retests.length === 0
            ? status === 'ok'
            : retests.some(({ evaluation }) => evaluation.status === 'ok');
        });
        expect(finished).toEqual([...finished].sort((a, b) => Number(b) - Number(a)));
      }),
      { seed: 1, numRuns: 10_000 },
    );
  });

  it('does not depend on the order of the scores, and ranks 1, 2, 3, …', () => {
    const rules = ['g', 'm', 'v', 'g^2', 'sign(g)', 'gamma'];
    const roles = ['reference', 'proposal', 'retest'] as const;
    const scores = fc.array(
      fc.record({
        role: fc.constantFrom(...roles),
        rule: fc.constantFrom(...rules),
        reward: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(scores, fc.infiniteStream(fc.nat()), (drawn, keys) => {
        const all = drawn.map(({ role, rule, reward }, i) => score(role, i, rule, reward));
        const order = new Map(all.map((one) => [one, keys.next().value as number]));
        const shuffled = [...all].sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
        const rows = leaderboard(shuffled);
        expect(rows).toEqual(leaderboard(all));
        expect(rows.map(({ rank }) => rank)).toEqual(rows.map((_, i) => i + 1));
      }),
      { seed: 1 },
    );
  });
});
