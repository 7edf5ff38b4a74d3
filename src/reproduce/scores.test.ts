import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { compareAll, comparePair, estimate } from './scores.ts';
import { scores } from './table2/table2.ts';
import type { TrainedOptimizer } from './trainings.ts';

/** An optimizer whose trainings have these rewards, by seed; NaN stands for one that failed, −1 for one that diverged. */
const trained = (name: string, rewards: readonly number[]): TrainedOptimizer => ({
  name,
  rule: name,
  evaluations: rewards.map(
    (reward, i) =>
      ({
        seed: i + 1,
        status: Number.isNaN(reward) ? 'failed' : reward === -1 ? 'diverged' : 'ok',
        reward: reward === -1 ? 0.1 : reward,
      }) as Evaluation,
  ),
});
const reward = (evaluation: Evaluation): number => evaluation.reward;

describe('estimate', () => {
  it('leaves out what is no number', () => {
    expect(estimate([0.2, Number.NaN, 0.4])).toEqual({
      mean: expect.closeTo(0.3, 12),
      values: [0.2, 0.4],
      interval: null,
    });
    expect(estimate([])).toEqual({ mean: Number.NaN, values: [], interval: null });
  });

  it('has Student’s interval of three values', () => {
    // Deviation 1; the 97.5 % quantile of two degrees of freedom is 4.302653 (Student's table); over √3 it is 2.484138.
    const { mean, interval } = estimate([1, 2, 3]);
    expect(mean).toBe(2);
    expect(interval?.low).toBeCloseTo(-0.484_138, 5);
    expect(interval?.high).toBeCloseTo(4.484_138, 5);
  });

  it('has none of values of which one is infinite', () => {
    expect(estimate([1, 2, Number.POSITIVE_INFINITY]).interval).toBeNull();
  });
});

describe('comparePair', () => {
  const pair = (own: readonly number[], theirs: readonly number[]) =>
    comparePair(trained('a', own), trained('b', theirs), reward);

  it('pairs the trainings of equal seeds', () => {
    const row = pair([3, 5, 2], [0, 4, 4]);
    expect(row).toMatchObject({ name: 'a', other: 'b', pairs: 3, higher: 2, adjusted: null });
    expect(row.difference.values).toEqual([3, 1, -2]);
    // Two of the eight sums ±3 ±1 ±2 are nearer to zero than 2: 3 − 1 − 2 and its opposite.
    expect(row.p).toBe(6 / 8);
  });

  it.each([
    ['all higher', [1, 2, 4], [0, 0, 0], 2 / 8],
    ['two seeds', [1, 2], [0, 0], 2 / 4],
    ['all equal', [1, 1, 1], [1, 1, 1], 1],
    ['one seed', [1], [0], null],
    ['none', [], [], null],
    ['one of two failed', [1, Number.NaN], [0, 0], null],
    ['the other failed', [1, 2, 3], [Number.NaN, 0, 0], 2 / 4],
    ['the other has fewer seeds', [1, 2, 3], [0, 0], 2 / 4],
    ['infinitely far apart', [1, Number.POSITIVE_INFINITY, 2], [0, 0, 0], null],
  ])('tests by permutation: %s', (_, own, theirs, p) => expect(pair(own, theirs).p).toBe(p));

  it('counts a tie as no higher', () => expect(pair([1, 2], [1, 1])).toMatchObject({ pairs: 2, higher: 1 }));
});

describe('compareAll', () => {
  it('compares each with each, and corrects all tests together by Holm', () => {
    const rows = compareAll(
      [trained('x', [3, 5, 2]), trained('y', [9, 9, 9])],
      [trained('a', [0, 4, 4]), trained('b', [0, 0])],
      reward,
    );
    expect(rows.map(({ name, other }) => name + other)).toEqual(['xa', 'xb', 'ya', 'yb']);
    expect(rows.map(({ p }) => p)).toEqual([0.75, 0.5, 0.25, 0.5]);
    // Ascending: 4 · 0.25 = 1, and none that follows may be smaller.
    expect(rows.map(({ adjusted }) => adjusted)).toEqual([1, 1, 1, 1]);
  });

  it('corrects only for what is tested', () => {
    const ten = Array.from({ length: 10 }, (_, i) => 1 + i);
    const rows = compareAll(
      [trained('x', ten)],
      [trained('a', Array(10).fill(0)), trained('b', [0])],
      reward,
    );
    expect(rows.map(({ p, adjusted }) => [p, adjusted])).toEqual([
      [2 / 1024, 2 / 1024],
      [null, null],
    ]);
  });

  it('counts what diverged for no more than the worst that finished, and not at all what failed', () => {
    // Guessing is worth 0.1, and the worst that finished 0.05.
    const [row] = compareAll([trained('x', [-1, 0.3, Number.NaN])], [trained('a', [0.2, 0.05, 0.2])], reward);
    expect(row?.difference.values).toEqual([0.05 - 0.2, 0.3 - 0.05]);
    // Where all that finished are better than guessing, it counts for guessing.
    const [other] = compareAll([trained('x', [-1])], [trained('a', [0.2])], reward);
    expect(other?.difference.values).toEqual([0.1 - 0.2]);
    // Two that diverged are equal.
    expect(compareAll([trained('x', [-1, -1])], [trained('a', [-1, -1])], reward)[0]?.difference.mean).toBe(
      0,
    );
  });
});

describe('the scores of table 2', () => {
  const training = (more: Partial<Evaluation>) => ({ status: 'ok', curve: [], ...more }) as Evaluation;

  it('are the perplexity of the last epoch, e to its loss', () => {
    expect(scores.trainPerplexity(training({ lossCurve: [9, Math.log(1.49)] }))).toBeCloseTo(1.49, 12);
    expect(scores.trainPerplexity(training({ lossCurve: [1], status: 'diverged' }))).toBeNaN();
    expect(scores.trainPerplexity(training({}))).toBeNaN();
  });

  it('are the mean of the five highest BLEU scores, or of as many as there are', () => {
    const peak = (bleu: readonly number[]) =>
      scores.peakBleu(training({ measureCurves: { bleu: [...bleu], perplexity: [] } }));
    expect(peak([1, 30, 10, 20, 50, 40])).toBe(30);
    expect(peak([2, 100, 3])).toBe(35);
    expect(peak([])).toBeNaN();
    expect(scores.peakBleu(training({}))).toBeNaN();
  });

  it('are not known of a task without them', () => {
    expect([scores.testBleu(training({})), scores.testPerplexity(training({}))]).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
    const testMeasures = { bleu: 24.5, perplexity: 4 };
    expect(scores.testBleu(training({ testMeasures }))).toBe(24.5);
    expect(scores.testPerplexity(training({ testMeasures }))).toBe(4);
  });
});
