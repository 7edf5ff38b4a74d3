import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv, readCsv } from './csv.ts';

describe('csv', () => {
  it('quotes fields that hold commas, quotes or line ends', () => {
    const rows = [{ rule: 'drop(m, 0.3)', note: 'a "b"', reward: Number.NaN }];
    expect(csv(rows, ['rule', 'note', 'reward'])).toBe('rule,note,reward\n"drop(m, 0.3)","a ""b""",NaN');
  });
  it('leaves a field empty that has no value', () => {
    expect(csv([{ a: undefined, b: 1 }], ['a', 'b'])).toBe('a,b\n,1');
  });
});

const { csvParseRows } = (await import('d3-dsv' as string)) as {
  readonly csvParseRows: (text: string) => string[][];
};
const read = (text: string) => readCsv(text, 'x.csv').map(({ fields }) => fields);

describe('readCsv', () => {
  it.each([
    ['', []],
    ['a', [['a']]],
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,\n,',
      [
        ['a', ''],
        ['', ''],
      ],
    ],
    ['\n\na\n\n\nb\n\n', [['a'], ['b']]],
    ['"a,b","c\nd","e""f"', [['a,b', 'c\nd', 'e"f']]],
    ['""\n"",""', [[''], ['', '']]],
    ['5" disk,2', [['5" disk', '2']]],
  ])('reads %j', (text, rows) => expect(read(text)).toEqual(rows));

  it('says which line a record begins on', () => {
    const lines = readCsv('a,b\r\n"1\r\n2",3\n\n4,5', 'x.csv').map(({ line }) => line);
    expect(lines).toEqual([1, 2, 5]);
  });

  it.each([
    ['a,b\n"1,2\n3,4', 'x.csv:2: a quote is never closed'],
    ['a\n"b"c', 'x.csv:2: "c" follows the end of a quoted field'],
  ])('refuses %j', (text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'bad-text', message }));
  });

  it('reads other separators, those with a meaning in patterns too', () => {
    for (const separator of [';', '\t', '|', ']', '^', '.']) {
      const text = ['a', '"b"', 'c'].join(separator);
      expect(readCsv(text, 'x', separator)[0]?.fields).toEqual(['a', 'b', 'c']);
    }
  });

  it('reads a long quoted field and many lines', () => {
    const long = 'x""'.repeat(200_000);
    expect(read(`"${long}"`)[0]?.[0]).toHaveLength(400_000);
    expect(read('1,2\n'.repeat(100_000))).toHaveLength(100_000);
  });

  it('reads what it wrote, as another reader does', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', '\r', ' ', 'é', ';') });
    // One column that is empty is an empty line, which is left out.
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n', '\r'), (rows, end) => {
        const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
        const text = rows.map((row) => row.map(quoted).join(',')).join(end) + end;
        expect(read(text)).toEqual(rows);
        expect(read(text)).toEqual(csvParseRows(text));
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});
