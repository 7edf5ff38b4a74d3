import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Split } from './dataset.ts';
import { openDigits } from './digits.ts';

function contents(split: Split): { readonly inputs: Float32Array; readonly counts: readonly number[] } {
  const inputs = new Float32Array(split.size * 64);
  const targets = new Float32Array(split.size * 10);
  split.fill(
    Array.from({ length: split.size }, (_, i) => i),
    inputs,
    targets,
  );
  const counts = Array.from({ length: 10 }, (_, digit) =>
    targets.filter((_, i) => i % 10 === digit).reduce((a, b) => a + b),
  );
  return { inputs, counts };
}

describe('openDigits', () => {
  it('has fixed splits in which every digit stands', async () => {
    const { train, validation, test } = await openDigits();
    expect([train.size, validation.size, test.size]).toEqual([1_197, 300, 300]);
    expect(contents(train).counts).toEqual([120, 124, 124, 121, 113, 119, 113, 119, 122, 122]);
    expect(contents(validation).counts).toEqual([26, 29, 29, 35, 33, 33, 36, 20, 30, 29]);
    expect(contents(test).counts).toEqual([32, 29, 24, 27, 35, 30, 32, 40, 22, 29]);
  });

  it('has training inputs of mean 0 and deviation 1', async () => {
    const { inputs } = contents((await openDigits()).train);
    const mean = inputs.reduce((sum, x) => sum + x, 0) / inputs.length;
    const variance = inputs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / inputs.length;
    expect([mean, variance]).toBeAllclose([0, 1], { atol: 1e-5 });
  });

  it('refuses a damaged file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nos-digits-'));
    const path = join(folder, 'digits.u8.gz');
    await writeFile(path, gzipSync(new Uint8Array(65)));
    await expect(openDigits({ path })).rejects.toMatchObject({ code: 'data-corrupt' });
    await writeFile(path, 'no archive');
    await expect(openDigits({ path })).rejects.toMatchObject({ code: 'data-corrupt' });
    await rm(folder, { recursive: true });
    await expect(openDigits({ path })).rejects.toMatchObject({ code: 'data-missing' });
  });
});
