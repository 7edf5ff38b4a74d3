import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Split } from './dataset.ts';
import { type CsvClassification, type CsvRegression, fromCsv } from './from-csv.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(text: string | Uint8Array): Promise<string> {
  const path = join(folder, 'houses.csv');
  await writeFile(path, text);
  return path;
}

/** Every example of a split, its inputs and its targets. */
function examples(split: Split, values: number, outputs: number) {
  const inputs = new Float32Array(split.size * values);
  const targets = new Float32Array(split.size * outputs);
  split.fill([...Array(split.size).keys()], inputs, targets);
  return { inputs: [...inputs], targets: [...targets] };
}

/** Rows of an area, rooms and a price that follows from them, and a town. */
const houses = Array.from(
  { length: 10 },
  (_, i) => `${10 * i + 50},${i % 3},${1000 * i + 7},${'ABC'[i % 3]}`,
);
const HOUSES = ['area,rooms,price,town', ...houses].join('\n');
const PRICE = { inputs: ['area', 'rooms'], targets: 'price' };

describe('fromCsv', () => {
  it('splits the rows by seed, each row in one part', async () => {
    const file = await written(HOUSES);
    const prices = async (seed: number) => {
      const data = await fromCsv({ file, ...PRICE, seed, normalise: false });
      const parts = [data.train, data.validation, data.test];
      return parts.map((split) => examples(split, 2, 1).targets);
    };
    const [train, validation, test] = (await prices(1)) as [number[], number[], number[]];
    expect([train.length, validation.length, test.length]).toEqual([6, 2, 2]);
    const all = houses.map((row) => Number(row.split(',')[2]));
    expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual(all);
    expect(await prices(1)).toEqual([train, validation, test]);
    expect(await prices(2)).not.toEqual([train, validation, test]);
  });

  it('normalises by the training rows alone', async () => {
    const file = await written(HOUSES);
    const plain = await fromCsv({ file, ...PRICE, normalise: false });
    const data = await fromCsv({ file, ...PRICE });
    const raw = examples(plain.train, 2, 1).targets;
    const center = raw.reduce((sum, x) => sum + x) / raw.length;
    const scale = Math.sqrt(raw.reduce((sum, x) => sum + (x - center) ** 2, 0) / raw.length);
    expect(data.targetScales?.[0]).toBeCloseTo(scale, 8);
    for (const part of ['train', 'validation', 'test'] as const) {
      const expected = examples(plain[part], 2, 1).targets.map((x) => (x - center) / scale);
      examples(data[part], 2, 1).targets.forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i]!, 5);
      });
    }
    expect(plain.checksum).not.toBe(data.checksum);
  });

  it('takes each text of a label as a class', async () => {
    const data = await fromCsv({ file: await written(HOUSES), inputs: ['area'], label: 'town' });
    expect(data).toMatchObject({ name: 'houses', classes: 3, inputShape: [1] });
    const { targets } = examples(data.train, 1, 3);
    expect(targets.reduce((sum, x) => sum + x)).toBe(data.train.size);
  });

  it('takes all other columns as inputs, and numbers for titles where there are none', async () => {
    const text = houses.map((row) => row.replace(/,.$/, '')).join('\n');
    const data = await fromCsv({ file: await written(text), header: false, targets: [3] });
    expect(data).toMatchObject({ inputShape: [2], outputs: 1 });
    expect(data.train.size + data.validation.size + data.test.size).toBe(10);
  });

  it('reads the same from a mark, CRLF, quotes, spaces, another separator, a URL', async () => {
    const { checksum } = await fromCsv({ file: await written(HOUSES), ...PRICE });
    const quoted = HOUSES.replaceAll(/[^,\n]+/g, '"$&"');
    for (const text of [
      `\uFEFF${HOUSES}`,
      HOUSES.replaceAll('\n', '\r\n'),
      `${quoted}\n`,
      HOUSES.replaceAll(',', ', '),
    ]) {
      const file = pathToFileURL(await written(text));
      expect((await fromCsv({ file, ...PRICE })).checksum).toBe(checksum);
    }
    const file = await written(HOUSES.replaceAll(',', ';'));
    expect((await fromCsv({ file, separator: ';', ...PRICE })).checksum).toBe(checksum);
  });

  it('keeps a column that is constant', async () => {
    const text = HOUSES.replaceAll(/^(\d+),\d/gm, '$1,4');
    const data = await fromCsv({ file: await written(text), ...PRICE });
    expect(examples(data.train, 2, 1).inputs.filter((_, i) => i % 2 === 1)).toEqual(Array(6).fill(0));
  });

  it.each([
    [
      'a missing value',
      HOUSES.replace('70,2', '70,'),
      {},
      "houses.csv:4: column 'rooms': a value is missing",
    ],
    ['blanks', HOUSES.replace('70,2', '70,  '), {}, "houses.csv:4: column 'rooms': a value is missing"],
    [
      'a word',
      HOUSES.replace('70,2', 'big,2'),
      {},
      "houses.csv:4: column 'area': expected a number, got 'big'",
    ],
    ['NaN', HOUSES.replace('70,2', 'NaN,2'), {}, "houses.csv:4: column 'area': expected a number, got 'NaN'"],
    ['hexadecimals', HOUSES.replace('70,2', '0x10,2'), {}, "column 'area': expected a number, got '0x10'"],
    ['too large a number', HOUSES.replace('70,2', '1e999,2'), {}, "column 'area': too large a number"],
    ['what no float holds', HOUSES.replace('70,2', '1e300,2'), {}, "column 'area': too large a number"],
    [
      'a row too short',
      HOUSES.replace('70,2,', '70,'),
      {},
      'houses.csv:4: expected 4 fields as in line 1, got 3',
    ],
    ['a title twice', HOUSES.replace('rooms', 'area'), {}, "houses.csv:1: two columns are called 'area'"],
    ['no column', HOUSES, { targets: 'prize' }, "no column 'prize'; it has 'area', 'rooms', 'price', 'town'"],
    ['column 5', HOUSES, { targets: 5 }, 'no column 5'],
    [
      'a target among the inputs',
      HOUSES,
      { inputs: ['price'] },
      "column 'price' is both predicted and an input",
    ],
    ['an empty file', '', {}, 'houses.csv: it is empty'],
    ['no rows', 'area,rooms,price,town\n', {}, '0 rows are too few to split'],
    ['shares of 1', HOUSES, { split: { validation: 0.5, test: 0.5 } }, 'split: expected shares of 0 or more'],
    ['an open quote', HOUSES.replace('70', '"70'), {}, 'houses.csv:4: a quote is never closed'],
  ])('refuses %s, and says where', async (_, text, options, message) => {
    const file = await written(text);
    const loading = fromCsv({ file, ...PRICE, ...options });
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toMatchObject({ name: 'NosError', hint: expect.stringMatching(/\w/) });
  });

  it('refuses a file that is absent, another encoding, one class', async () => {
    await expect(fromCsv({ file: join(folder, 'none.csv'), ...PRICE })).rejects.toMatchObject({
      code: 'data-missing',
    });
    const utf16 = await written(Buffer.from(HOUSES, 'utf16le'));
    await expect(fromCsv({ file: utf16, ...PRICE })).rejects.toThrow('UTF-16');
    const options: CsvClassification = {
      file: await written(HOUSES.replaceAll(/[BC]$/gm, 'A')),
      inputs: [1],
      label: 'town',
    };
    await expect(fromCsv(options)).rejects.toThrow("column 'town': expected 2 classes or more, got 1");
  });

  it('reads a large file', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${i % 7},${i * 3},A`);
    const options: CsvRegression = {
      file: await written(['area,rooms,price,town', ...rows].join('\n')),
      ...PRICE,
    };
    expect((await fromCsv(options)).train.size).toBe(30_000);
  });
});
