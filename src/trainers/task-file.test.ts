import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTaskFile, taskFileReference } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-task-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The hash of a program of one file, in a folder of its own. */
async function hashOf(place: string, fields: object = {}, script = 'echo 1'): Promise<string> {
  const home = join(folder, place);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'train.sh'), script);
  await writeFile(join(home, 'nos.task.json'), JSON.stringify({ command: 'sh train.sh', ...fields }));
  return (await taskFileReference(join(home, 'nos.task.json'))).replace(/^.*#/, '');
}

describe('a task file', () => {
  it.each([
    { command: 'sh train.sh --fast' },
    { metric: 'loss', goal: 'minimise' },
    { framework: 'numpy' },
    { steps: 10 },
    { learningRates: [0.1] },
    { chance: 0.1 },
    { version: 'torch 2.5.1' },
    { files: [] },
  ])('is another task with %j', async (fields) => {
    expect(await hashOf('a', fields)).not.toBe(await hashOf('a'));
  });

  it('is another task with another script, and with another version of what it runs on', async () => {
    expect(await hashOf('a', {}, 'echo 2')).not.toBe(await hashOf('a'));
    const [old, present] = ['1.13', '2.5'].map((version) => ({ version: `torch ${version}` }));
    expect(await hashOf('a', old)).not.toBe(await hashOf('a', present));
  });

  it.each([
    { name: 'other' },
    { timeout: '5m', memory: '1GB', concurrency: 2, gpus: [0] },
    { references: ['adam'] },
  ])('is the same task elsewhere, and with %j', async (fields) => {
    expect(await hashOf('elsewhere', fields)).toBe(await hashOf('a'));
  });

  it('is refused once it is not what a run began with', async () => {
    await hashOf('a');
    const reference = await taskFileReference(join(folder, 'a', 'nos.task.json'));
    expect(await openTaskFile(reference)).toMatchObject({ name: 'a', directory: join(folder, 'a') });
    await hashOf('a', {}, 'echo 2');
    await expect(openTaskFile(reference)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining('has changed since the run began'),
    });
  });
});
