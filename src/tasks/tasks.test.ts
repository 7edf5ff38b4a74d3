import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayDataset, dataSets } from '../data/index.ts';
import { buildClassifier, dense, dropout } from '../nn/index.ts';
import type { Moment } from './child.ts';
import { defineTask } from './define.ts';
import type { TaskFamily } from './family.ts';
import { knownReference, resolveTask, taskReference, tasks, travellingReference } from './registry.ts';
import type { ClassifierTask, Task } from './task.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-task-'));
});
afterAll(() => rm(folder, { recursive: true }));

const isFamily = (entry: Task | TaskFamily): entry is TaskFamily => 'create' in entry;
const plainTasks = tasks.entries.filter((entry) => !isFamily(entry)) as readonly Task[];
const [, , digits] = plainTasks as [Task, Task, Task];
const classifiers = plainTasks.flatMap(({ classifier }) => classifier ?? []);

describe.each(plainTasks)('$name', (task) => {
  it('is found by its name, and its data set is a registered one', async () => {
    expect(await resolveTask(task.name)).toBe(task);
    expect(dataSets.names).toContain(task.dataSet);
  });

  it('is what a module could export', () => {
    expect(defineTask(task)).toEqual(task);
  });
});

describe.each(classifiers)('the classifier $name', (classifier) => {
  it('gives logits for a batch', () => {
    const { evaluation } = buildClassifier(classifier);
    expect(evaluation.logits?.shape).toEqual([classifier.batchSize, classifier.classes]);
  });
});

describe('the paper’s child (NOS §4.2)', () => {
  const parameters = (name: string) =>
    buildClassifier(classifiers.find((one) => one.name === name)!).parameters.map(({ shape }) => shape);

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
    [
      { goal: 'minimise' } as Partial<ClassifierTask>,
      /goal: a task of classification is scored by its accuracy/,
    ],
    [{ load: undefined as unknown as ClassifierTask['load'] }, /load: expected a function/],
    [{ network: undefined as unknown as ClassifierTask['network'] }, /network: expected a function/],
  ] as [Partial<ClassifierTask>, RegExp][])('refuses %j', (wrong, message) => {
    const definition = { ...digits.classifier!, ...wrong };
    expect(() => defineTask(definition)).toThrow(message);
    expect(() => defineTask(definition)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });

  it.each([
    [{ name: 'My task' }, /task 'My task': name: expected lower-case letters/],
    [{ chance: 2 }, /chance: expected a score from 0 to 1, got 2/],
    [{ goal: 'least' as 'minimise' }, /goal: expected 'maximise' or 'minimise', got "least"/],
    [{ metric: '\u001b]0;' }, /metric: expected a name of at most 40 letters/],
    [{ metric: 'accuracy', goal: 'minimise' }, /metric: an accuracy is never minimised/],
    [{ metric: 'mse', goal: 'minimise', chance: Number.NaN }, /chance: expected a finite number, got NaN/],
    [{ checksum: 'abc' as unknown as Task['checksum'] }, /checksum: expected a function/],
    [{ open: undefined as unknown as Task['open'] }, /open: expected a function/],
    [{ load: digits.classifier!.load } as Partial<Task>, /load: a task has this, or 'open', not both/],
  ] as [Partial<Task>, RegExp][])('refuses %j of a task that opens its own child', (wrong, message) => {
    expect(() => defineTask({ ...digits, ...wrong })).toThrow(message);
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
    [
      'none.mjs',
      'export const other = 1;',
      'bad-option',
      /none.mjs: it exports other; expected an export named 'task'/,
    ],
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

describe('a task of a family', () => {
  it.each([
    ['cifar10-wide-resnet', 'cifar10-wide-resnet'],
    ['cifar10-wide-resnet()', 'cifar10-wide-resnet'],
    ['cifar10-wide-resnet(depth=28, widening=10)', 'cifar10-wide-resnet'],
    ['cifar10-wide-resnet( widening = 2 , depth=16)', 'cifar10-wide-resnet(depth=16,widening=2)'],
    ['cifar10-wide-resnet(weightDecay=0.0005,augment=none)', 'cifar10-wide-resnet(augment=none)'],
  ])('%s has one canonical name', async (text, name) => {
    expect((await resolveTask(text)).name).toBe(name);
    expect(await taskReference(text)).toBe(name);
    expect(await taskReference(name)).toBe(name);
  });

  it.each([
    [
      'cifar10-wide-resnet(depth=12)',
      'bad-option',
      /option 'depth' of task 'cifar10-wide-resnet': expected 6·n \+ 4.*got 12/,
    ],
    ['cifar10-wide-resnet(widening=0)', 'bad-option', /option 'widening'/],
    ['cifar10-wide-resnet(dropout=1)', 'bad-option', /option 'dropout'/],
    ['cifar10-wide-resnet(augment=flip)', 'bad-option', /option 'augment'/],
    ['cifar10-wide-resnet(width=2)', 'bad-option', /has no option 'width'/],
    ['shakespeare-lstm(width=5, width=7)', 'bad-option', /option 'width' is given twice/],
    ['cifar10-wide-resnet(depth)', 'bad-option', /expected key=value, got 'depth'/],
    ['digits-mlp(hidden=3)', 'bad-option', /task 'digits-mlp' takes no options/],
    ['wide-resnet(depth=10)', 'unknown-name', /unknown task 'wide-resnet'/],
  ])('refuses %s', async (text, code, message) => {
    await expect(resolveTask(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each(tasks.entries.filter(isFamily))(
    '$name is made of its defaults, and its data set is a registered one',
    (family) => {
      const task = family.create({});
      expect(task.name).toBe(family.name);
      expect(family.create(family.defaults).name).toBe(family.name);
      expect(dataSets.names).toContain(task.dataSet);
    },
  );
});

describe('a classifier', () => {
  const data = { inputs: Float32Array.of(1, 2, 3, 4), labels: [0, 1, 0, 1] };
  const definition: ClassifierTask = {
    name: 'small',
    description: '',
    inputShape: [1],
    classes: 2,
    batchSize: 2,
    load: async () => arrayDataset({ ...named, train: data, validation: data, test: data }),
    network: (nn, x) => dense(nn, 'dense', x, 2),
  };
  const named = { name: 'small', inputShape: [1], classes: 2 };
  const gradientOf = async (more: Partial<ClassifierTask>) => {
    const child = await defineTask({ ...definition, ...more }).open({ directory: '' });
    const state = child.initialState(1);
    const gradient = new Float32Array(state.weights.length);
    await child.step(Uint32Array.of(0, 1), state, gradient, { seed: 3, step: 5 });
    await child.close();
    return { gradient, weights: state.weights };
  };

  it('adds the gradient of weight decay to that of the loss', async () => {
    const [plain, decayed] = [await gradientOf({}), await gradientOf({ weightDecay: 0.5 })];
    expect(decayed.gradient).toBeAllclose(
      plain.gradient.map((g, i) => g + 0.5 * plain.weights[i]!),
      { rtol: 1e-6 },
    );
  });

  it('trains on augmented inputs, by the moment', async () => {
    const moments: Moment[] = [];
    const augment: ClassifierTask['augment'] = (inputs, moment) => {
      moments.push(moment);
      inputs.forEach((x, i) => {
        inputs[i] = 5 - x;
      });
    };
    const [plain, augmented] = [await gradientOf({}), await gradientOf({ augment })];
    expect(moments).toEqual([{ seed: 3, step: 5 }]);
    expect(augmented.gradient).not.toEqual(plain.gradient);
  });

  it('drops activations in training, by the moment and the example, and none in a score', async () => {
    const network: ClassifierTask['network'] = (nn, x) => dense(nn, 'dense', dropout(nn, 'drop', x, 0.5), 2);
    const child = await defineTask({ ...definition, network }).open({ directory: '' });
    const state = child.initialState(1);
    const lossOf = async (examples: number[], step: number) => {
      const gradient = new Float32Array(state.weights.length);
      return child.step(Uint32Array.from(examples), state, gradient, { seed: 3, step });
    };
    const losses = [];
    for (let step = 0; step < 12; step++) losses.push(await lossOf([0, 1], step));
    expect(await lossOf([0, 1], 5)).toBe(losses[5]);
    // Two examples, each whole or dropped: four losses, whatever the order of the batch.
    expect(new Set(losses).size).toBeGreaterThan(2);
    expect(new Set(losses).size).toBeLessThanOrEqual(4);
    expect(await lossOf([1, 0], 5)).toBeCloseTo(losses[5]!, 6);
    const plain = await defineTask(definition).open({ directory: '' });
    expect(await child.score('test', 4, state)).toBe(await plain.score('test', 4, state));
    await Promise.all([child.close(), plain.close()]);
  });

  it.each([
    [{ weightDecay: -1 }, /weightDecay: expected a number from 0 to 1, got -1/],
    [{ augment: 'flip' as unknown as ClassifierTask['augment'] }, /augment: expected a function/],
  ] as [Partial<ClassifierTask>, RegExp][])('refuses %j', (wrong, message) => {
    expect(() => defineTask({ ...definition, ...wrong })).toThrow(message);
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
    expect((await resolveTask(reference)).classifier?.inputShape).toEqual([1]);
    expect(await taskReference(reference)).toBe(reference);
    await writeFile(path, module(2));
    expect(await taskReference(path)).not.toBe(reference);
    await expect(resolveTask(reference)).rejects.toThrow(/it has changed since the run began/);
  });
});

describe('a reference to a module', () => {
  it('is compared with the text before the module runs', async () => {
    const trace = join(folder, 'trace');
    const path = join(folder, 'bait.mjs');
    await writeFile(
      path,
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(trace)}, '');`,
    );
    for (const load of [resolveTask, taskReference]) {
      await expect(load(`${path}#000000000000`)).rejects.toThrow(/it has changed/);
    }
    expect(existsSync(trace)).toBe(false);
    await expect(resolveTask(path)).rejects.toThrow(/expected an export named 'task'/);
    expect(existsSync(trace)).toBe(true);
  });

  it('travels without its folder, and means the module of that text wherever it lies', () => {
    const there = '/home/me/spirals.mjs#6b1f0c2d9e8a';
    expect(travellingReference(there)).toBe('spirals.mjs#6b1f0c2d9e8a');
    const here = ['/opt/other.mjs#000000000001', '/opt/tasks/spirals-2.mjs#6b1f0c2d9e8a'];
    expect(knownReference(travellingReference(there), here)).toBe(here[1]);
    expect(travellingReference('digits-mlp')).toBe('digits-mlp');
    expect(knownReference('cifar10-wide-resnet(widening=2, depth=16)', here)).toBe(
      'cifar10-wide-resnet(depth=16,widening=2)',
    );
  });

  it.each([
    '/opt/tasks/spirals-2.mjs',
    'spirals-2.mjs',
    '/opt/tasks/spirals-2.mjs#6b1f0c2d9e8',
    '../evil.mjs#000000000000',
    'file:///opt/tasks/spirals-2.mjs',
    'data:text/javascript,0',
    'http://127.0.0.1/x.mjs#000000000000',
    'node:fs',
    'node:fs#6b1f0c2d9e8a',
    '__proto__',
    '',
  ])('%j, which is none of those at hand, is no task', (name) => {
    const known = ['/opt/tasks/spirals-2.mjs#6b1f0c2d9e8a'];
    expect(() => knownReference(name, known)).toThrow(expect.objectContaining({ code: 'unknown-name' }));
  });
});
