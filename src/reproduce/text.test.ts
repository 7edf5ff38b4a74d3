import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { estimate, type PairedComparison } from './scores.ts';
import {
  adjustedText,
  alone,
  differenceText,
  isToldApart,
  percent,
  points,
  powerText,
  ratesText,
  readingText,
  ruleText,
  statusText,
  sureText,
  testsOf,
  valueText,
} from './text.ts';

const interval = { low: -0.1, high: 0.94 };

describe('a mean over seeds as text', () => {
  it.each([
    ['one value', estimate([62.314]), '62.31', '+62.31'],
    ['two', estimate([62, 63]), '62.50 (62.00, 63.00)', '+62.50 (+62.00, +63.00)'],
    ['two equal ones', estimate([-1, -1]), '-1.00 (-1.00, -1.00)', '−1.00 (−1.00, −1.00)'],
    [
      'an interval',
      { mean: 0.42, values: [0, 0.4, 0.86], interval },
      '0.42 [-0.10, 0.94]',
      '+0.42 [−0.10, +0.94]',
    ],
    ['three equal ones, which have no interval', estimate([2, 2, 2]), '2.00', '+2.00'],
    ['none', estimate([]), '—', '—'],
    ['none that is a number', estimate([Number.NaN]), '—', '—'],
    ['a mean alone', alone(0.5), '0.50', '+0.50'],
  ])('of %s', (_, mean, value, difference) => {
    expect([valueText(mean), differenceText(mean)]).toEqual([value, difference]);
  });

  it('gives no sign to what rounds to zero', () => {
    expect([0, -0, 0.004, -0.004].map((value) => differenceText(alone(value)))).toEqual(
      Array(4).fill('0.00'),
    );
    expect([0.006, -0.006].map((value) => differenceText(alone(value)))).toEqual(['+0.01', '−0.01']);
  });

  it('is a hundred times as large in per cent and in points, its values and ends too', () => {
    const mean = { mean: 0.5, values: [0.4, 0.5, 0.6], interval: { low: 0.25, high: 0.75 } };
    expect(percent(mean)).toBe('50.00 [25.00, 75.00]');
    expect(points(mean)).toBe('+50.00 [+25.00, +75.00]');
    expect(percent({ ...mean, values: [0.4, 0.6], interval: null })).toBe('50.00 (40.00, 60.00)');
    expect(points(alone(-0.0123))).toBe('−1.23');
  });
});

describe('what became of trainings', () => {
  const training = (more: Partial<Evaluation>) =>
    ({ status: 'ok', learningRate: 0.1, edgeOfGrid: false, ...more }) as Evaluation;

  it('lists the learning rates by seed', () => {
    const rates = [{}, { learningRate: 10, edgeOfGrid: true }, { learningRate: Number.NaN }].map(training);
    expect(ratesText(rates)).toBe('1e-1, 1e+1 (edge), —');
    expect(ratesText([])).toBe('');
  });

  it('counts what diverged before what failed, and says nothing of the rest', () => {
    const all = (['failed', 'ok', 'diverged', 'failed'] as const).map((status) => training({ status }));
    expect(statusText(all)).toBe('1 diverged, 2 failed');
    expect(statusText(all.slice(0, 2))).toBe('1 failed');
    expect(statusText([training({})])).toBe('');
  });

  it('writes a rule of the catalogue by its text, and any other as it stands', () => {
    expect(ruleText('sgd')).toBe('g');
    expect(ruleText('table1-3')).toBe('m * exp(v)');
    expect(ruleText('g * 2')).toBe('g * 2');
  });
});

describe('what tests can show', () => {
  const row = (p: number | null, adjusted = p): PairedComparison => ({
    ...{
      name: 'a',
      other: 'b',
      pairs: p === null ? 1 : 2,
      higher: 1,
      difference: estimate([1]),
      p,
      adjusted,
    },
  });
  const rows = (tested: number, untested = 0) => [
    ...Array.from({ length: tested }, () => row(0.5)),
    ...Array.from({ length: untested }, () => row(null)),
  ];

  it('is told apart from p 0.05 down, the corrected one', () => {
    expect([0.05, 0.0501, null].map((p) => isToldApart(row(p)))).toEqual([true, false, false]);
    expect(isToldApart(row(0.01, 0.08))).toBe(false);
    expect([row(0.01, 0.04), row(0.01, 0.08), row(null)].map(sureText)).toEqual([
      'told apart by the test',
      'not told apart by the test',
      'not tested',
    ]);
  });

  it('writes two digits of p, and a dash for none', () => {
    expect([1, 0.25, 0.003_906_25, null].map((p) => adjustedText(row(p)))).toEqual([
      '1.0',
      '0.25',
      '0.0039',
      '—',
    ]);
  });

  it('counts the rows with two pairs', () => expect(testsOf(rows(3, 2))).toBe(3));

  // The smallest p of n pairs is 2 of 2ⁿ sign patterns. It takes 2¹⁻ⁿ times the tests to be at most 0.05.
  it.each([
    [1, 6, '6 seeds, 1 test: corrected, p can fall to 0.031.'],
    [8, 9, '9 seeds, 8 tests: corrected, p can fall to 0.031.'],
    [3, 10, '10 seeds, 3 tests: corrected, p can fall to 0.0059.'],
    [
      8,
      2,
      /^With 2 seeds no test .* p is 1\.0 at best, and it takes 9 seeds .* Only the signs and the values /,
    ],
    [
      64,
      5,
      /^With 5 seeds no test .* p is 1\.0 at best, and it takes 12 seeds .* Only the signs and the intervals /,
    ],
    [3, 6, /^With 6 seeds no test .* p is 0\.094 at best, and it takes 7 seeds /],
  ])('%d tests with %d seeds', (tests, seeds, expected) => {
    if (typeof expected === 'string') expect(powerText(rows(tests), seeds)).toBe(expected);
    else expect(powerText(rows(tests), seeds)).toMatch(expected);
  });

  it('counts only what is tested', () => {
    expect(powerText(rows(1, 7), 6)).toContain('6 seeds, 1 test:');
    expect(powerText(rows(0, 8), 1)).toBe('Nothing is tested: a test takes two seeds or more.');
    expect(powerText([], 5)).toBe('Nothing is tested: a test takes two seeds or more.');
  });

  it('says how to read p and brackets, each only where there are some', () => {
    expect(readingText(rows(0, 4), 1, 'rows')).toBe('');
    const two = readingText(rows(4), 2, 'rows', ' More.');
    expect(two).toContain(
      "corrected by Holm's method over all 4 rows. More. Brackets hold the values of the two",
    );
    const three = readingText(rows(3, 1), 3, 'pairs');
    expect(three).toContain(
      'over the 3 of 4 pairs that have two seeds or more. Brackets hold 95 % intervals',
    );
    expect(three).not.toContain('the two seeds');
  });
});
