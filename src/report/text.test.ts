import { describe, expect, it } from 'vitest';
import {
  accuracy,
  bar,
  bytes,
  duration,
  learningRate,
  meanAndSpread,
  plural,
  pValue,
  sparkline,
  thousands,
  truncate,
} from './format.ts';
import { pairs, table } from './table.ts';
import { coloursFor } from './terminal.ts';

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
    expect(table(rows, columns, 80).split('\n')).toEqual([
      'rule                        reward',
      'g                              0.5',
      'exp(sign(g) * sign(m)) * g    0.61',
    ]);
  });

  it('gives way in the flexible column where the terminal is narrow', () => {
    const lines = table(rows, columns, 24).split('\n');
    expect(lines[2]).toBe('exp(sign(g) * s…    0.61');
    expect(Math.max(...lines.map((line) => line.length))).toBe(24);
  });

  it('paints after it pads', () => {
    const painted = table(rows, [{ title: 'x', cell: (row) => row.rule, paint: (text) => `<${text}>` }], 80);
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
