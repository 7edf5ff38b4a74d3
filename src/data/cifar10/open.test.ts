import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallCifar10, type SmallCifar10 } from '../../../test/support/small-cifar10.ts';
import { dataDirectory } from '../directory.ts';
import { measureNormalisation } from '../records.ts';
import { CIFAR10, CIFAR10_RECORD } from './manifest.ts';
import { CIFAR10_NORMALISATION, openCifar10 } from './open.ts';

let small: SmallCifar10;
let directory: string;
beforeAll(async () => {
  small = await makeSmallCifar10('http://127.0.0.1');
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
  await mkdir(join(directory, 'cifar10'));
  for (const [index, { name }] of small.files.published.files.entries()) {
    await writeFile(join(directory, 'cifar10', name), small.records[index]!);
  }
});
afterAll(() => rm(directory, { recursive: true }));
const open = () => openCifar10({ directory, files: small.files });

/** Runs `action` while a file holds other bytes (absent: `undefined`). */
async function withFile(
  name: string,
  bytes: Uint8Array | undefined,
  action: () => Promise<void>,
): Promise<void> {
  const path = join(directory, 'cifar10', name);
  const original = readFileSync(path);
  if (bytes) await writeFile(path, bytes);
  else await rm(path);
  try {
    await action();
  } finally {
    await writeFile(path, original);
  }
}

describe('openCifar10', () => {
  it('splits: training, its last examples for validation, test', async () => {
    const { train, validation, test, inputShape, classes } = await open();
    expect([train.size, validation.size, test.size]).toEqual([6, 2, 4]);
    expect({ inputShape, classes }).toEqual({ inputShape: [3, 32, 32], classes: 10 });
    const labels = (split: typeof train): number[] => {
      const targets = new Float32Array(split.size * 10);
      split.fill(
        Array.from({ length: split.size }, (_, i) => i),
        new Float32Array(split.size * 3072),
        targets,
      );
      return Array.from({ length: split.size }, (_, i) => targets.subarray(i * 10, i * 10 + 10).indexOf(1));
    };
    expect([...labels(train), ...labels(validation), ...labels(test)]).toEqual(
      small.records.flatMap((bytes) => [0, 1, 2, 3].map((i) => bytes[i * CIFAR10_RECORD])),
    );
  });

  it('normalises each channel, in the order of the indices', async () => {
    const { train } = await open();
    const inputs = new Float32Array(2 * 3072);
    train.fill([5, 0], inputs, new Float32Array(20));
    const expected = [
      small.records[1]!.subarray(CIFAR10_RECORD, 2 * CIFAR10_RECORD),
      small.records[0]!,
    ].flatMap((bytes) =>
      Array.from(bytes.subarray(1, CIFAR10_RECORD), (byte, i) => {
        const channel = Math.floor(i / 1024);
        return (
          (byte / 255 - CIFAR10_NORMALISATION.mean[channel]!) / CIFAR10_NORMALISATION.deviation[channel]!
        );
      }),
    );
    expect(inputs).toBeAllclose(expected, { rtol: 1e-6, atol: 1e-6 });
  });

  it('checks indices and room', async () => {
    const { validation } = await open();
    const fill = (index: number, room: number): void =>
      validation.fill([index], new Float32Array(room), new Float32Array(10));
    expect(() => fill(2, 3072)).toThrow(/example 2: expected an index from 0 to 1/);
    expect(() => fill(0, 3071)).toThrow(/inputs: expected room for 3072 numbers, got 3071/);
  });

  it('says which file is missing and what to do', async () => {
    await withFile('data_batch_2.bin', undefined, async () => {
      await expect(open()).rejects.toMatchObject({
        code: 'data-missing',
        message: expect.stringMatching(/cifar10.data_batch_2.bin is missing$/),
        hint: 'run `nos data fetch cifar10`',
      });
    });
  });

  it.each([
    ['a flipped bit', (bytes: Uint8Array) => bytes.with(5_000, bytes[5_000]! ^ 1), /found [0-9a-f]{64}$/],
    ['a missing end', (bytes: Uint8Array) => bytes.subarray(0, 9_000), /\(9000 bytes, expected 12292\)$/],
  ])('refuses %s', async (_, spoil, end) => {
    await withFile('test_batch.bin', spoil(small.records[2]!), async () => {
      const error = await open().catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'data-corrupt', exitCode: 1 });
      const { message } = error as Error;
      expect(message).toContain(
        `test_batch.bin is not the published file: expected sha256 ${small.files.published.files[2]!.sha256}, found`,
      );
      expect(message).toMatch(end);
    });
  });
});

const real = dataDirectory(process.env);
const present = CIFAR10.published.files.every(({ name }) => existsSync(join(real, 'cifar10', name)));
describe.runIf(present)('the real CIFAR-10', () => {
  it('has the stored mean and deviation over its 45,000 training examples', async () => {
    function* training(): Iterable<Uint8Array> {
      for (let i = 0; i < 45_000; i++) {
        const file = Math.floor(i / 10_000);
        if (i % 10_000 === 0)
          bytes = readFileSync(join(real, 'cifar10', CIFAR10.published.files[file]!.name));
        yield bytes.subarray((i % 10_000) * CIFAR10_RECORD, (i % 10_000) * CIFAR10_RECORD + CIFAR10_RECORD);
      }
    }
    let bytes = new Uint8Array();
    const { mean, deviation } = measureNormalisation(training(), 3, 255);
    expect(mean).toBeAllclose(CIFAR10_NORMALISATION.mean, { rtol: 1e-12 });
    expect(deviation).toBeAllclose(CIFAR10_NORMALISATION.deviation, { rtol: 1e-12 });
  });

  it('opens, with ten equal classes in its test split', async () => {
    const { train, validation, test } = await openCifar10({ directory: real });
    expect([train.size, validation.size, test.size]).toEqual([45_000, 5_000, 10_000]);
    const counts = new Array<number>(10).fill(0);
    const inputs = new Float32Array(3072);
    const targets = new Float32Array(10);
    for (let i = 0; i < test.size; i++) {
      test.fill([i], inputs, targets);
      counts[targets.indexOf(1)]!++;
    }
    expect(counts).toEqual(new Array(10).fill(1_000));
  });
});
if (!present)
  console.warn(`skipped: the tests on the real CIFAR-10, which is not in ${real} (nos data fetch cifar10)`);
