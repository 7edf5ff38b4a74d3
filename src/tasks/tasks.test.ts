import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSets } from '../data/index.ts';
import { buildClassifier } from '../nn/index.ts';
import { defineTask } from './define.ts';
import { resolveTask, taskReference, tasks } from './registry.ts';
import type { Task } from './task.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-task-'));
});
afterAll(() => rm(folder, { recursive: true }));

const [, , digits] = tasks as [Task, Task, Task];

describe.each(tasks)('$name', (task) => {
  it('is found by its name, and its data set is a registered one', async () => {
    expect(await resolveTask(task.name)).toBe(task);
    expect(dataSets.map(({ name }) => name)).toContain(task.dataSet);
  });

  it('gives logits for a batch', () => {
    const { evaluation } = buildClassifier(task);
    expect(evaluation.logits?.shape).toEqual([task.batchSize, task.classes]);
  });
});

describe('the paper’s child (NOS §4.2)', () => {
  const parameters = (name: string) =>
    buildClassifier(tasks.find((task) => task.name === name) as Task).parameters.map(({ shape }) => shape);

  it('has two convolutions of 32 filters with batch normalisation, and a dense layer', () => {
    const body = [[32, 3, 3, 3], [32], [32], [32, 32, 3, 3], [32], [32]];
    expect(parameters('cifar10-convnet').map(sorted)).toEqual([...body, [2048, 10], [10]].map(sorted));
    expect(parameters('cifar10-convnet-nopool').map(sorted)).toEqual([...body, [32, 10], [10]].map(sorted));
  });
});

/** A dense layer's weight may be stored either way around. */
const sorted = (shape: readonly number[]): readonly number[] => [...shape].sort((a, b) => a - b);

describe('defineTask', () => {
  it.each([
    [{ name: 'My task' }, /task 'My task': name: expected lower-case letters/],
    [{ inputShape: [0] }, /inputShape: expected positive integers, got \[0\]/],
    [{ classes: 1 }, /classes: expected 2 or more, got 1/],
    [{ batchSize: 2.5 }, /batchSize: expected a positive integer, got 2.5/],
    [{ trainExamples: -1 }, /trainExamples: /],
    [{ load: undefined as unknown as Task['load'] }, /load: expected a function/],
    [{ network: undefined as unknown as Task['network'] }, /network: expected a function/],
  ])('refuses %j', (wrong: Partial<Task>, message) => {
    expect(() => defineTask({ ...digits, ...wrong })).toThrow(message);
    expect(() => defineTask({ ...digits, ...wrong })).toThrow(
      expect.objectContaining({ code: 'bad-option' }),
    );
  });
});

describe('resolveTask', () => {
  it('names the nearest task', async () => {
    await expect(resolveTask('digit-mlp')).rejects.toMatchObject({
      code: 'unknown-name',
      hint: expect.stringContaining("did you mean 'digits-mlp'?"),
    });
  });

  it.each([
    ['absent.mjs', undefined, 'unknown-name', /absent.mjs/],
    ['none.mjs', 'export const other = 1;', 'bad-option', /none.mjs: expected an export named 'task'/],
    ['broken.mjs', 'export const = 1;', 'bad-option', /broken.mjs: /],
    ['wrong.mjs', "export const task = { name: 'wrong' };", 'bad-option', /task 'wrong': description: /],
  ])('refuses %s', async (name, text, code, message) => {
    const path = join(folder, name);
    if (text !== undefined) await writeFile(path, text);
    const error = await resolveTask(path).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });
});

describe('taskReference', () => {
  const module = (chance: number) => `
    import { defineTask } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    export const task = defineTask({
      name: 'mine', description: '', inputShape: [${chance}], classes: 2, batchSize: 1,
      load: async () => {}, network: (_, x) => x,
    });`;

  it('is a registered name as it is', async () => {
    expect(await taskReference('digits-mlp')).toBe('digits-mlp');
    await expect(taskReference('digits')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('is another one once the module has changed, and the old one is refused', async () => {
    const path = join(folder, 'mine.mjs');
    await writeFile(path, module(1));
    const reference = await taskReference(path);
    expect(reference).toMatch(/mine\.mjs#[0-9a-f]{12}$/);
    expect((await resolveTask(reference)).inputShape).toEqual([1]);
    expect(await taskReference(reference)).toBe(reference);
    await writeFile(path, module(2));
    expect(await taskReference(path)).not.toBe(reference);
    await expect(resolveTask(reference)).rejects.toThrow(/it has changed since the run began/);
  });
});
