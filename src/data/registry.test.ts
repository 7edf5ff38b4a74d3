import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataDirectory } from './directory.ts';
import { dataSets } from './registry.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('dataSets', () => {
  it.each(dataSets.entries)('$name says who made it, and whether it is here', async (dataSet) => {
    expect(dataSet.source).not.toBe('');
    expect(dataSet.licence).not.toBe('');
    const state = dataSet.bytes === 0 ? 'present' : 'missing';
    expect((await dataSet.status(directory)).state).toBe(state);
    if (state === 'present') expect((await dataSet.open({ directory })).name).toBe(dataSet.name);
    else await expect(dataSet.open({ directory })).rejects.toMatchObject({ code: 'data-missing' });
  });

  it('tells a damaged file from a missing one', async () => {
    await mkdir(join(directory, 'cifar10'));
    await writeFile(join(directory, 'cifar10', 'data_batch_1.bin'), 'short');
    const status = await dataSets.find('cifar10').status(directory);
    expect(status).toMatchObject({ state: 'corrupt', detail: expect.stringContaining('data_batch_1.bin') });
  });

  it('names the nearest known data set', () => {
    expect(() => dataSets.find('cifar-10')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        hint: expect.stringContaining("did you mean 'cifar10'?"),
      }),
    );
  });
});

describe('dataDirectory', () => {
  it('is NOS_DATA_DIR where that is set, else a folder of the user', () => {
    expect(dataDirectory({ NOS_DATA_DIR: '/data' })).toBe('/data');
    expect(dataDirectory({})).toMatch(/nos/);
    expect(dataDirectory({ NOS_DATA_DIR: '~/data', HOME: '/home/ada', USERPROFILE: '/home/ada' })).toBe(
      join('/home/ada', 'data'),
    );
  });
});
