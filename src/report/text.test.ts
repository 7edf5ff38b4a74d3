import { describe, expect, it } from 'vitest';
import {
  accuracy,
  bar,
  briefDuration,
  bytes,
  differenceText,
  duration,
  fileName,
  instant,
  learningRate,
  meanAndSpread,
  plural,
  pValue,
  runState,
  scoreText,
  sparkline,
  thousands,
  truncate,
  unitsText,
  withinText,
} from './format.ts';
import { type Column, leastWidth, pairs, table } from './table.ts';
import { coloursFor } from './terminal.ts';

/** A terminal of a width. */
const within = (columns: number) => ({ columns, colours: coloursFor({}, {}) });

describe('figures', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [154_880, '154,880'],
    [12_345_678_901_234_567_890n, '12,345,678,901,234,567,890'],
  ])('writes %s as %s', (value, text) => expect(thousands(value)).toBe(text));

  it.each([
    [0, '0 s'],
    [0.4, '<1 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3600, '1 h 00 min'],
    [47.5 * 3600, '47 h 30 min'],
    [50 * 3600, '2 d 2 h'],
    [Number.POSITIVE_INFINITY, '—'],
  ])('writes %s seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [999, '999 B'],
    [1000, '1.0 kB'],
    [162_168_000, '162.2 MB'],
  ])('writes %s bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

  it('flags a learning rate at the edge of its grid', () => {
    expect(learningRate(0.01)).toBe('1e-2');
    expect(learningRate(10, true)).toBe('1e+1 ▲edge');
    expect(learningRate(Number.NaN, false)).toBe('—');
  });

  it('gives the sample standard deviation, and none for a single value', () => {
    expect(meanAndSpread([0.5, 0.6, 0.7])).toBe('0.6000 ± 0.1000');
    expect(meanAndSpread([0.5])).toBe('0.5000');
    expect(meanAndSpread([])).toBe('—');
    const mse = { metric: 'mse', goal: 'minimise' } as const;
    expect(meanAndSpread([-0.5, -0.75, -1], mse)).toBe('0.75 ± 0.25');
    expect(scoreText(-1.23456789e21, mse)).toBe('1.2346e+21');
    expect(scoreText(Number.NEGATIVE_INFINITY, mse)).toBe('—');
    expect(scoreText(31.4, { metric: 'bleu', goal: 'maximise' })).toBe('31.4');
    expect(differenceText(-0.0312, mse)).toBe('0.0312 of mse');
    expect([unitsText(mse), unitsText({ metric: 'accuracy', goal: 'maximise' })]).toEqual([
      ...[['mse: lower is better'], []],
    ]);
    expect(accuracy(Number.NaN)).toBe('—');
  });

  it('writes p-values', () =>
    expect([0.5, 0.00009, Number.NaN].map(pValue)).toEqual(['0.5000', '<0.0001', 'NaN']));

  it('counts', () => {
    expect(plural(1, 'rule')).toBe('1 rule');
    expect(plural(1200, 'rule')).toBe('1,200 rules');
  });

  it('cuts long text to the width, ellipsis included', () => {
    expect(truncate('abcdef', 6)).toBe('abcdef');
    expect(truncate('abcdef', 4)).toBe('abc…');
  });
});

describe('charts', () => {
  it('draws a bar', () => {
    expect(bar(0.5, 4)).toBe('██░░');
    expect(bar(7, 4)).toBe('████');
  });

  it('scales a sparkline from its smallest to its largest value', () => {
    expect(sparkline([0, 1, 0.5])).toBe('▁█▅');
    expect(sparkline([3, 3])).toBe('▁▁');
    expect(sparkline([0, Number.NaN, 1])).toBe('▁ █');
    expect(sparkline([9, 0, 1], 2)).toBe('▁█');
    expect(sparkline([])).toBe('');
  });
});

describe('table', () => {
  const rows = [
    { rule: 'g', reward: 0.5 },
    { rule: 'exp(sign(g) * sign(m)) * g', reward: 0.61 },
  ];
  const columns = [
    { title: 'rule', cell: (row: { rule: string }) => row.rule, flexible: true },
    { title: 'reward', cell: (row: { reward: number }) => String(row.reward), align: 'right' as const },
  ];

  it('aligns columns', () => {
    expect(table(rows, columns, within(80)).split('\n')).toEqual([
      'rule                        reward',
      'g                              0.5',
      'exp(sign(g) * sign(m)) * g    0.61',
    ]);
  });

  it('gives way in the flexible column where the terminal is narrow', () => {
    const lines = table(rows, columns, within(24)).split('\n');
    expect(lines[2]).toBe('exp(sign(g) * s…    0.61');
    expect(Math.max(...lines.map((line) => line.length))).toBe(24);
  });

  it('paints after it pads', () => {
    const painted = table(
      rows,
      [{ title: 'x', cell: (row) => row.rule, paint: (text) => `<${text}>` }],
      within(80),
    );
    expect(painted.split('\n')[1]).toBe(`<g${' '.repeat(25)}>`);
  });

  it('aligns pairs, and breaks long values at spaces', () => {
    const rows = [
      ['key', 'abc'],
      ['canonical', 'one two three four'],
    ] as const;
    expect(pairs(rows, 80)).toBe('key        abc\ncanonical  one two three four');
    expect(pairs(rows, 24)).toBe('key        abc\ncanonical  one two three\n           four');
  });
});

describe('pairs', () => {
  it('breaks lists between their items', () => {
    expect(pairs([['unary', ['x', 'clip(x, 1e-5)', 'sign(x)']]], 24)).toBe(
      'unary  x  clip(x, 1e-5)\n       sign(x)',
    );
  });
});

describe('colours', () => {
  it('are for terminals', () => {
    expect(coloursFor({ isTTY: true }, { TERM: 'xterm' }).isColorSupported).toBe(true);
    expect(coloursFor({}, { TERM: 'xterm' }).isColorSupported).toBe(false);
    expect(coloursFor({ isTTY: true }, { TERM: 'dumb' }).isColorSupported).toBe(false);
  });

  it('respect NO_COLOR and FORCE_COLOR', () => {
    expect(coloursFor({ isTTY: true }, { NO_COLOR: '1', TERM: 'xterm' }).isColorSupported).toBe(false);
    expect(coloursFor({}, { FORCE_COLOR: '1' }).isColorSupported).toBe(true);
  });
});

describe('figures at their edges', () => {
  it.each([
    [-0, '0'],
    [-999, '-999'],
    [-1000, '-1,000'],
    [1_000_000, '1,000,000'],
    [2 ** 53 - 1, '9,007,199,254,740,991'],
  ])('writes the whole number %s as %s', (value, text) => expect(thousands(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [1e6, '1.0 MB'],
    [1e9, '1.0 GB'],
    // Rounded to a place, these are 1000.0 of the smaller unit.
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [999_999_999, '1.0 GB'],
    [999_960_000_000, '1.0 TB'],
    [5e15, '5000.0 TB'],
  ])('writes %d bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

  it('writes every number of bytes with at most three digits before the point', () => {
    for (let power = 0; power < 14; power++) {
      for (const count of [1, 1.5, 9.99, 9.9994, 9.9996].map((lead) => Math.floor(lead * 10 ** power))) {
        expect(bytes(count)).toMatch(/^\d{1,3}( B|\.\d [kMGT]B)$/);
      }
    }
  });

  it.each([
    [59.4, '59 s'],
    [3599.4, '59 min 59 s'],
    [3599.6, '1 h 00 min'],
    [3600 + 59 * 60 + 31, '2 h 00 min'],
    [48 * 3600 - 31, '47 h 59 min'],
    [48 * 3600 - 29, '2 d 0 h'],
    [71.6 * 3600, '3 d 0 h'],
    [400 * 86_400, '400 d 0 h'],
    [Number.NaN, '—'],
  ])('carries where %d seconds round to the next unit: %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [0.2, '<1 s'],
    [59.4, '59 s'],
    [59.5, '1 min'],
    [59.4 * 60, '59 min'],
    [59.5 * 60, '1.0 h'],
    [12_000, '3.3 h'],
    [47.94 * 3600, '47.9 h'],
    [47.95 * 3600, '2.0 d'],
    [99.94 * 86_400, '99.9 d'],
    [99.96 * 86_400, '100 d'],
    [Number.NaN, '—'],
    [Number.POSITIVE_INFINITY, '—'],
  ])('writes %d seconds in little room as %s', (seconds, text) => {
    expect(briefDuration(seconds)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(6);
  });

  it('writes rates, accuracies and p-values that are none, tiny or infinite', () => {
    expect([1, 1e-5, 2.5e-3, Number.NEGATIVE_INFINITY].map((rate) => learningRate(rate))).toEqual([
      '1e+0',
      '1e-5',
      '2.5e-3',
      '—',
    ]);
    expect([1, 0, 0.99996, Number.POSITIVE_INFINITY].map(accuracy)).toEqual([
      '1.0000',
      '0.0000',
      '1.0000',
      '—',
    ]);
    expect([0, 0.0001, 1].map(pValue)).toEqual(['<0.0001', '0.0001', '1.0000']);
  });

  it('gives the mean and deviation of four values, worked out by hand', () => {
    // Mean 5; squares 9 + 1 + 1 + 9 = 20, over three: 6.667, whose root is 2.582.
    expect(meanAndSpread([2, 4, 6, 8])).toBe('5.0000 ± 2.5820');
    expect(meanAndSpread([7])).toBe('7.0000');
    expect(meanAndSpread([0.2, 0.2, 0.2])).toBe('0.2000 ± 0.0000');
  });

  it('counts none in the plural', () => {
    expect([0, 1, 2, 1_000_000].map((count) => plural(count, 'seed'))).toEqual([
      '0 seeds',
      '1 seed',
      '2 seeds',
      '1,000,000 seeds',
    ]);
  });

  it('says that only the retests are missing where every rule was told', () => {
    const state = (status: 'running' | 'stopped' | 'finished', told: number) =>
      runState({ status, told, samples: 10 });
    expect([state('stopped', 10), state('stopped', 9), state('running', 10), state('finished', 10)]).toEqual([
      'stopped in the retests',
      'stopped',
      'running',
      'finished',
    ]);
  });

  it('names the environment where it is not the usual one', () => {
    expect(withinText('quick', { environment: 'none' })).toBe('quick');
    expect(withinText('quick', {})).toBe('quick');
    expect(withinText('quick', { environment: '4bit' })).toBe('quick in 4bit');
  });

  it('writes an instant of this time zone, each part with two digits', () => {
    expect(instant(new Date(2026, 2, 1, 4, 5, 59).getTime())).toBe('2026-03-01 04:05');
    expect(instant(new Date(1999, 11, 31, 23, 59).getTime())).toBe('1999-12-31 23:59');
  });

  it('makes names that stay in their folder', () => {
    expect(fileName('quick-1')).toBe('quick-1');
    expect(fileName('../../etc/passwd')).toBe('..-..-etc-passwd');
    expect(fileName('m * exp(v)')).toBe('m-exp-v-');
    expect(fileName('Suche für 日本\n')).toBe('Suche-für-日本-');
  });

  it('cuts between code points, never within one', () => {
    expect(truncate('𝛼𝛽𝛾𝛿', 3)).toBe('𝛼𝛽…');
    expect(truncate('𝛼𝛽𝛾', 3)).toBe('𝛼𝛽𝛾');
    expect(truncate('ab', 1)).toBe('…');
    expect(truncate('', 0)).toBe('');
    expect(truncate('abc', Number.POSITIVE_INFINITY)).toBe('abc');
  });

  it('draws bars of their width at both ends, and beyond', () => {
    expect([-1, 0, 0.49, 0.5, 1, 2].map((share) => bar(share, 1))).toEqual(['░', '░', '░', '█', '█', '█']);
    expect(bar(0.5, 0)).toBe('');
  });

  it('scales a sparkline by its finite values alone', () => {
    const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;
    expect(sparkline([-1, POSITIVE_INFINITY, 0, NEGATIVE_INFINITY, 1])).toBe('▁ ▅ █');
    expect(sparkline([Number.NaN, Number.NaN])).toBe('  ');
    expect(sparkline([1, 2, 3], 0)).toBe('');
    expect(sparkline([1, 2], 5)).toBe('▁█');
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  });
});

describe('a table at its edges', () => {
  interface Row {
    readonly name: string;
    readonly note?: string;
  }
  const name: Column<Row> = { title: 'name', cell: (row) => row.name, flexible: true };
  const count: Column<Row> = { title: 'count', cell: () => '7', align: 'right' };
  const spare: Column<Row> = { title: 'note', cell: ({ note = '' }) => note, spare: true };

  it('has its titles alone where there are no rows', () => {
    expect(table([], [name, count], within(80))).toBe('name  count');
    expect(leastWidth([], [name, count])).toBe('name  count'.length);
  });

  it('has no spaces at the ends of its lines', () => {
    expect(table([{ name: 'a', note: 'long one' }, { name: 'b' }], [name, spare], within(80))).toBe(
      'name  note\na     long one\nb',
    );
  });

  it('leaves out spare columns, the last first, before it is wider than the terminal', () => {
    const also: Column<Row> = { title: 'also', cell: () => 'y'.repeat(10), spare: true };
    const rows = [{ name: 'a', note: 'x'.repeat(20) }];
    const titles = (width: number) => table(rows, [name, count, spare, also], within(width)).split('\n')[0];
    // 4 + 5 + 20 + 10 and three gaps of two.
    expect(titles(45)).toMatch(/^name {2}count {2}note {18}also$/);
    expect(titles(44)).toBe('name  count  note');
    // Without the last: 4 + 5 + 20 and two gaps.
    expect(titles(33)).toBe('name  count  note');
    expect(titles(32)).toBe('name  count');
    expect(titles(1)).toBe('name  count');
  });

  it('cuts its flexible column to twelve and no further', () => {
    const rows = [{ name: 'abcdefghijklmnopqrstuvwxyz' }];
    expect(table(rows, [name, count], within(20)).split('\n')[1]).toBe('abcdefghijkl…      7');
    expect(table(rows, [name, count], within(5)).split('\n')[1]).toBe('abcdefghijk…      7');
    expect(leastWidth(rows, [name, count])).toBe(12 + 2 + 5);
    expect(leastWidth(rows, [name, count], 20)).toBe(20 + 2 + 5);
    // One that is narrower anyhow stays as it is.
    expect(table([{ name: 'abc' }], [name, count], within(1)).split('\n')[1]).toBe('abc       7');
  });

  it('aligns by code points, of which one may be two of JavaScript’s characters', () => {
    expect(table([{ name: '𝛼𝛽𝛾𝛿𝜀' }, { name: 'a' }], [name, count], within(80))).toBe(
      'name   count\n𝛼𝛽𝛾𝛿𝜀      7\na          7',
    );
  });

  it('gives pairs at least twelve columns, and a word that is longer a line of its own', () => {
    expect(pairs([['key', 'one two three supercalifragilistic four']], 4)).toBe(
      ['key  one two', '     three', '     supercalifragilistic', '     four'].join('\n'),
    );
    expect(pairs([], 80)).toBe('');
    expect(pairs([['empty', '']], 80)).toBe('empty');
  });

  it('keeps the items of a list whole, also where they hold spaces', () => {
    expect(pairs([['ops', ['clip(x, 1e-5)', 'a b', 'c']]], 18)).toBe(
      ['ops  clip(x, 1e-5)', '     a b  c'].join('\n'),
    );
  });
});
