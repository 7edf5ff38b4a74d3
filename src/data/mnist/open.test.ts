import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Split } from '../dataset.ts';
import { dataDirectory } from '../directory.ts';
import type { PublishedFiles } from '../published/manifest.ts';
import { FASHION_MNIST, fileName, MNIST, type MnistPart } from './manifest.ts';
import { openFashionMnist, openIdx, openMnist } from './open.ts';

const PIXELS = 784;

/** An IDX file of bytes. */
function idx(lengths: readonly number[], values: readonly number[]): Buffer {
  const head = Buffer.alloc(4 + 4 * lengths.length);
  head.writeUInt8(8, 2);
  head.writeUInt8(lengths.length, 3);
  for (const [i, length] of lengths.entries()) head.writeUInt32BE(length, 4 + 4 * i);
  return Buffer.concat([head, Buffer.from(values)]);
}

/** Pixel i of image n is (n + i) mod 256; its label n mod 10. */
const images = (count: number) =>
  idx(
    [count, 28, 28],
    Array.from({ length: count * PIXELS }, (_, i) => (Math.floor(i / PIXELS) + (i % PIXELS)) % 256),
  );
const labels = (count: number) =>
  idx(
    [count],
    Array.from({ length: count }, (_, n) => n % 10),
  );

let directory: string;
const good: Readonly<Record<MnistPart, Buffer>> = {
  trainImages: images(12),
  trainLabels: labels(12),
  testImages: images(5),
  testLabels: labels(5),
};
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-mnist-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function write(name: string, parts: Readonly<Record<MnistPart, Buffer>>): Promise<PublishedFiles> {
  await mkdir(join(directory, name));
  const files = [];
  for (const [part, bytes] of Object.entries(parts) as [MnistPart, Buffer][]) {
    await writeFile(join(directory, name, fileName(part)), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.push({ name: fileName(part), bytes: bytes.length, sha256 });
  }
  return { name, title: name, files, sources: [] };
}

const normalisation = { scale: 255, mean: [0.5], deviation: [0.25] };
const open = (published: PublishedFiles) =>
  openIdx({ directory, published, normalisation, validationExamples: 4 });

const labelsOf = ({ size, fill }: Split): number[] => {
  const targets = new Float32Array(size * 10);
  fill(
    Array.from({ length: size }, (_, i) => i),
    new Float32Array(size * PIXELS),
    targets,
  );
  return Array.from({ length: size }, (_, i) => targets.subarray(10 * i, 10 * i + 10).indexOf(1));
};

describe('a data set of the form of MNIST', () => {
  it('has its splits, with normalised pixels', async () => {
    const dataset = await open(await write('small', good));
    expect(dataset).toMatchObject({ name: 'small', inputShape: [PIXELS], classes: 10 });
    expect(dataset.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(labelsOf(dataset.train)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(labelsOf(dataset.validation)).toEqual([8, 9, 0, 1]);
    expect(labelsOf(dataset.test)).toEqual([0, 1, 2, 3, 4]);
    const inputs = new Float32Array(2 * PIXELS);
    dataset.validation.fill([1, 0], inputs, new Float32Array(20));
    const pixel = (image: number, i: number) => (((image + i) % 256) / 255 - 0.5) / 0.25;
    expect(inputs).toBeAllclose(
      [9, 8].flatMap((image) => Array.from({ length: PIXELS }, (_, i) => pixel(image, i))),
      { rtol: 1e-6, atol: 1e-6 },
    );
  });

  it('refuses what is missing, damaged or no IDX file', async () => {
    const published = await write('bad', { ...good, testLabels: Buffer.from('no labels') });
    await expect(open(published)).rejects.toMatchObject({
      code: 'data-corrupt',
      message: expect.stringContaining('t10k-labels-idx1-ubyte: not an IDX file'),
      hint: 'fetch it again: `nos data fetch bad`',
    });
    await writeFile(join(directory, 'bad', fileName('trainLabels')), 'short');
    await expect(open(published)).rejects.toMatchObject({ code: 'data-corrupt' });
    await rm(join(directory, 'bad', fileName('trainImages')));
    await expect(open(published)).rejects.toMatchObject({ code: 'data-missing' });
  });

  it.each([
    [MNIST, openMnist],
    [FASHION_MNIST, openFashionMnist],
  ])('$name says how to get it', async ({ name, files }, openIt) => {
    expect(files.map(({ bytes }) => bytes)).toEqual([47_040_016, 60_008, 7_840_016, 10_008]);
    await expect(openIt({ directory })).rejects.toMatchObject({
      code: 'data-missing',
      hint: expect.stringContaining(`nos data fetch ${name}`),
    });
  });
});

const real = dataDirectory(process.env);
describe.each([
  [MNIST, openMnist, 1_135],
  [FASHION_MNIST, openFashionMnist, 1_000],
] as const)('the real $title', ({ name, files, title }, openIt, ones) => {
  const present = files.every((file) => existsSync(join(real, name, file.name)));
  if (!present)
    console.warn(`skipped: the tests on the real ${title}, which is not in ${real} (nos data fetch ${name})`);

  it.runIf(present)(
    'has mean 0 and deviation 1 over its training split, and the test labels that are known',
    async () => {
      const { train, validation, test } = await openIt({ directory: real });
      expect([train.size, validation.size, test.size]).toEqual([55_000, 5_000, 10_000]);
      const inputs = new Float32Array(PIXELS);
      const targets = new Float32Array(10);
      let [sum, squares] = [0, 0];
      for (let i = 0; i < train.size; i++) {
        train.fill([i], inputs, targets);
        for (const x of inputs) {
          sum += x;
          squares += x * x;
        }
      }
      const count = train.size * PIXELS;
      expect(sum / count).toBeCloseTo(0, 5);
      expect(squares / count).toBeCloseTo(1, 5);
      expect(labelsOf(test).filter((label) => label === 1)).toHaveLength(ones);
    },
  );
});
