import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openShakespeare, SHAKESPEARE } from './shakespeare.ts';

const TEXT = 'ROMEO:\nO, speak again, bright angel!\n'.repeat(50);
const sha256 = createHash('sha256').update(TEXT).digest('hex');
const published = { ...SHAKESPEARE, files: [{ name: 'input.txt', bytes: TEXT.length, sha256 }] };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
  await mkdir(join(directory, 'shakespeare'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = (text: string) => writeFile(join(directory, 'shakespeare', 'input.txt'), text);

it('openShakespeare gives the characters, and their checksum', async () => {
  await write(TEXT);
  const { name, checksum, vocabulary, train } = await openShakespeare({ directory, published });
  expect([name, checksum]).toEqual(['shakespeare', sha256]);
  expect(train.length).toBe(Math.floor(0.9 * TEXT.length));
  expect(vocabulary.length).toBe(new Set(TEXT).size);
});

it('openShakespeare refuses what is missing or damaged, and says what to do', async () => {
  const hint = expect.stringContaining('run `nos data fetch shakespeare`');
  await expect(openShakespeare({ directory })).rejects.toMatchObject({ code: 'data-missing', hint });
  await write('short');
  await expect(openShakespeare({ directory, published })).rejects.toMatchObject({
    code: 'data-corrupt',
    message: expect.stringMatching(/\(5 bytes, expected 1850\)$/),
    hint,
  });
});
