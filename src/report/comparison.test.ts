import { describe, expect, it } from 'vitest';
import type { ComparedRow, Comparison } from '../compare/index.ts';
import { comparisonText } from './comparison.ts';
import { coloursFor } from './terminal.ts';

const row = (name: string, rank: number, more: Partial<ComparedRow> = {}): ComparedRow => ({
  ...{ name, rule: name, key: `key of ${name}`, rank, rewards: [0.9, 0.92], mean: 0.91 },
  interval: { low: 0.9, high: 0.92 },
  difference: { pairs: 2, mean: -0.01, interval: { low: -0.02, high: 0.005 } },
  superiority: 0.25,
  learningRates: [0.1, 0.1],
  range: { best: 0.1, low: 0.05, high: 0.2, decades: 0.6, open: true },
  ...{ edgeOfGrid: 0, diverged: 0, failed: 0, millisecondsPerStep: 1.234 },
  permutation: { p: 0.25, adjusted: 0.5 },
  wilcoxon: { p: 0.25, adjusted: 0.5 },
  verdict: 'not told apart',
  ...more,
});
const adam = row('adam', 1, {
  ...{ verdict: 'reference', difference: null, superiority: null, permutation: null, wilcoxon: null },
});

const comparison = (rows: readonly ComparedRow[], more: Partial<Comparison> = {}): Comparison => ({
  ...{ protocol: 'quick', seeds: [1, 2, 3], reference: 'adam', fingerprint: 'f', version: '1.0.0' },
  level: 0.05,
  power: { tests: rows.length - 1, smallest: 0.25, smallestAdjusted: 0.5, seedsNeeded: 6 },
  rules: rows.map(({ name, rule, key }) => ({ name, rule, key, names: [], slots: 2, flopsPerWeight: 9 })),
  tasks: [{ task: 'digits-mlp', rows }],
  ranking: rows.map(({ name, rank }) => ({ rank, name, meanRank: rank })),
  ...more,
});

const textOf = (shown: Comparison, columns = 200): string =>
  comparisonText(shown, { columns, colours: coloursFor({}, {}), interactive: false }, (task) => task);
const titlesAt = (columns: number, rows = [adam, row('g', 2)]): string =>
  textOf(comparison(rows), columns).split('\n')[1] ?? '';

describe('a comparison as text', () => {
  it('has a row per rule, with what was measured', () => {
    const [title, titles, first, second] = textOf(comparison([adam, row('g', 2)])).split('\n');
    expect(title).toBe('digits-mlp');
    expect(titles).toMatch(
      /^# {2}rule +mean \[95 %\] +less reference \[95 %\] +p, Holm +P\(better\) +decades +slots +ms\/step +verdict$/,
    );
    expect(first).toMatch(/^1 {2}adam +0\.9100 \[0\.9000, 0\.9200\] +≥0\.6 +2 +1\.23 +reference$/);
    expect(second).toMatch(/−0\.0100 \[−0\.0200, \+0\.0050\] +0\.5000 +0\.25 +≥0\.6 /);
  });

  it('leaves out intervals, costs and chances, in this order, where there is no room', () => {
    const [all, plain, cheap, least] = [140, 120, 100, 70].map((columns) => titlesAt(columns));
    expect(all).toContain('mean [95 %]');
    expect(plain).toContain('P(better)  decades');
    expect(plain).not.toContain('mean [95 %]');
    expect(cheap).toContain('P(better)');
    expect(cheap).not.toContain('decades');
    expect(least).not.toContain('P(better)');
    expect(least).toContain('p, Holm');
  });

  it('cuts long rules before it leaves out figures', () => {
    const long = row('exp(sign(g) * sign(m)) * g + 0.5 * sqrt(v) * sign(m)', 2);
    const lines = textOf(comparison([adam, long]), 130).split('\n');
    expect(lines[1]).toContain('ms/step');
    expect(lines[3]).toContain('…');
    expect(Math.max(...lines.slice(1, 4).map((line) => line.length))).toBeLessThanOrEqual(130);
  });

  it('says the verdicts in words, and what these seeds can show', () => {
    const better = row('m', 1, { verdict: 'better', difference: { pairs: 3, mean: 0.02, interval: null } });
    const text = textOf(comparison([better, adam, row('g', 3)]));
    expect(text).toContain("digits-mlp: better than adam: 'm' (+0.0200)");
    expect(text).toContain("digits-mlp: not told apart from adam: 'g'");
    expect(text).toContain(
      'corrected for 2 tests; with 3 seeds it is 0.2500 at least, 0.5000 once corrected',
    );
    expect(text).toContain('so few seeds cannot tell a single rule apart at 0.05: give --seeds 6 or more');
  });

  it('says what went wrong', () => {
    const lost = row('1/g', 3, {
      ...{ verdict: 'worse', diverged: 2, edgeOfGrid: 1, learningRates: [Number.NaN, Number.NaN] },
      ...{ millisecondsPerStep: Number.NaN, range: null },
    });
    const text = textOf(comparison([adam, lost]));
    expect(text).toMatch(/— +2 +— +worse, 2\/2 diverged, 1\/2 ▲edge/);
    expect(text).toContain("diverges at every learning rate: '1/g'");
    expect(text).toContain('▲edge: the best learning rate may lie outside the grid');
    expect(text).not.toContain('failed evaluations');
  });

  it('ranks over several tasks, and names the environment', () => {
    const tasks = ['a', 'b'].map((task) => ({ task, rows: [adam, row('g', 2)] }));
    const text = textOf(comparison([adam, row('g', 2)], { tasks, environment: '4bit' }));
    expect(text).toContain('a in 4bit\n');
    expect(text).toContain('b in 4bit\n');
    expect(text).toMatch(/# {2}rule, over all tasks in 4bit +mean rank\n1 {2}adam +1\.00/);
  });

  it('tests nothing with one seed, and gives no interval with two', () => {
    const alone = [row('adam', 1, { difference: null, interval: null, verdict: 'reference' })];
    const one = textOf(comparison(alone, { seeds: [1] }));
    expect(one).toMatch(/# {2}rule +score/);
    expect(one).toContain('one seed: nothing can be tested; give --seeds 6 or more');
    expect(textOf(comparison(alone, { seeds: [1, 2] }))).toContain('two seeds: too few for an interval');
  });

  it('gives one task no ranking, and several the mean of their ranks', () => {
    const tasks = ['a', 'b'].map((task) => ({ task, rows: [adam, row('g', 2)] }));
    const ranking = [
      { rank: 1, name: 'adam', meanRank: 1.25 },
      { rank: 2, name: 'g', meanRank: 5 / 3 },
    ];
    expect(textOf(comparison([adam, row('g', 2)]))).not.toContain('mean rank');
    expect(textOf(comparison([adam], { tasks, ranking }))).toMatch(
      /mean rank\n1 +adam +1\.25\n2 +g +1\.67\n/,
    );
  });

  it('explains why a difference that leaves out zero may not be told apart', () => {
    const above = { pairs: 3, mean: 0.02, interval: { low: 0.001, high: 0.039 } };
    const below = { pairs: 3, mean: -0.02, interval: { low: -0.039, high: -0.001 } };
    const note = "so 'not told apart' may stand beside one that leaves out 0";
    const noted = (more: Partial<ComparedRow>) =>
      textOf(comparison([adam, row('g', 2, more)])).includes(note);
    expect([noted({ difference: above }), noted({ difference: below })]).toEqual([true, true]);
    // Where zero lies within, where there is no interval, and where the verdict agrees, there is nothing to explain.
    expect(noted({})).toBe(false);
    expect(noted({ difference: { ...above, interval: null } })).toBe(false);
    expect(noted({ difference: above, verdict: 'better' })).toBe(false);
  });

  it('says that failed evaluations are left out, and does not take them for ones that diverged', () => {
    const lost = { learningRates: [Number.NaN, Number.NaN], verdict: 'not tested' } as const;
    const failed = textOf(comparison([adam, row('g', 2, { ...lost, failed: 2 })]));
    expect(failed).toContain('not tested, 2/2 failed');
    expect(failed).toContain("digits-mlp: not tested: 'g'");
    expect(failed).toContain('failed evaluations (crashes, hangs) are left out');
    expect(failed).not.toContain('diverges at every learning rate');
    const both = textOf(comparison([adam, row('g', 2, { ...lost, failed: 1, diverged: 1 })]));
    expect(both).toContain('not tested, 1/2 diverged, 1/2 failed');
    expect(both).toContain("diverges at every learning rate: 'g'");
  });

  it.each([
    [0.004, '0.00'],
    [9.99, '9.99'],
    [10, '10.0'],
    [1234.56, '1234.6'],
    [Number.NaN, '—'],
  ])('writes %d milliseconds a step as %s', (millisecondsPerStep, shown) => {
    const [, , first = ''] = textOf(comparison([{ ...adam, millisecondsPerStep }])).split('\n');
    expect(first).toMatch(new RegExp(` ${shown.replace('.', String.raw`\.`)} +reference$`));
  });

  it('writes how far a rate may be off, and whether it may be further', () => {
    const range = { best: 0.1, low: 0.01, high: 1, decades: 2, open: false };
    const cells = (more: Partial<ComparedRow>) => textOf(comparison([{ ...adam, ...more }])).split('\n')[2];
    expect(cells({ range })).toMatch(/\] +2\.0 +2 /);
    expect(cells({ range: { ...range, open: true } })).toMatch(/\] +≥2\.0 +2 /);
    expect(cells({ range: null })).toMatch(/\] +— +2 /);
  });

  it('paints what is better green, what is worse red and the reference cyan, and nothing else', () => {
    const colours = coloursFor({}, { FORCE_COLOR: '1' });
    const rows = [row('m', 1, { verdict: 'better' }), adam, row('g', 3), row('v', 4, { verdict: 'worse' })];
    const lines = comparisonText(comparison(rows), { columns: 200, colours, interactive: false }, String);
    const painted = lines.split('\n').slice(2, 6);
    // ECMA-48: 32 is green, 36 cyan, 31 red.
    const codes = painted.map((line) => line.split('\u001b[')[1]?.slice(0, 2));
    expect(codes).toEqual(['32', '36', undefined, '31']);
  });

  it('counts one test as one', () => {
    const power = { tests: 1, smallest: 0.03125, smallestAdjusted: 0.03125, seedsNeeded: 6 };
    const text = textOf(comparison([adam, row('g', 2)], { power, seeds: [1, 2, 3, 4, 5, 6] }));
    expect(text).toContain('corrected for 1 test; with 6 seeds it is 0.0313 at least, 0.0313 once corrected');
    expect(text).not.toContain('so few seeds');
  });
});
