import { NosError } from '../errors.ts';
import { openClassifierChild } from './classifier-child.ts';
import type { ClassifierTask, Task } from './task.ts';

/**
 * Checks a task and freezes it: one of classification by its data and its network, any other by the function that opens
 * its child. A module that exports the result as `task` can be named wherever a task is asked for, by its path.
 *
 * @throws NosError `bad-option` that names the first property that is wrong.
 * @example export const task = defineTask({ name: 'spirals', description: '…', load, inputShape: [2], … });
 */
export function defineTask(definition: Task | ClassifierTask): Task {
  const wrong = 'open' in definition ? problems(definition) : classifierProblems(definition);
  const problem = wrong.next().value;
  if (problem) throw new NosError('bad-option', `task '${definition.name}': ${problem}`, 'see docs/tasks.md');
  return Object.freeze('open' in definition ? { ...definition } : classification(definition));
}

function classification(classifier: ClassifierTask): Task {
  const { name, description, batchSize, dataSet, trainExamples, classes, load } = classifier;
  return {
    name,
    description,
    batchSize,
    ...(dataSet === undefined ? {} : { dataSet }),
    ...(trainExamples === undefined ? {} : { trainExamples }),
    chance: 1 / classes,
    checksum: async (options) => (await load(options)).checksum,
    open: (options) => openClassifierChild(classifier, options),
    classifier: Object.freeze({ ...classifier }),
  };
}

/** Definitions come from JavaScript too, so nothing is taken on trust. */
function* factProblems(task: Task | ClassifierTask): Generator<string, undefined> {
  if (!/^[a-z][a-z0-9-]*(\([^()/\\]*\))?$/.test(String(task.name))) {
    yield 'name: expected lower-case letters, digits and hyphens, a letter first';
  }
  if (typeof task.description !== 'string') yield 'description: expected one line of text';
  if (!isCount(task.batchSize)) yield `batchSize: expected a positive integer, got ${task.batchSize}`;
  if (task.dataSet !== undefined && typeof task.dataSet !== 'string') {
    yield `dataSet: expected the name of a data set, got ${task.dataSet}`;
  }
  if (task.trainExamples !== undefined && !isCount(task.trainExamples)) {
    yield `trainExamples: expected a positive integer, got ${task.trainExamples}`;
  }
  return undefined;
}

function* problems(task: Task): Generator<string, undefined> {
  yield* factProblems(task);
  if (!(task.chance >= 0 && task.chance < 1))
    yield `chance: expected a score from 0 to 1, got ${task.chance}`;
  if (typeof task.checksum !== 'function') yield 'checksum: expected a function';
  if (typeof task.open !== 'function') yield 'open: expected a function';
  // A copy of a task with another `load` would train on the old one's data.
  const both = ['load', 'network', 'inputShape', 'classes'].find((name) => name in task);
  if (both)
    yield `${both}: a task has this, or 'open', not both; a task's 'classifier' is what can be changed`;
  return undefined;
}

function* classifierProblems(task: ClassifierTask): Generator<string, undefined> {
  yield* factProblems(task);
  if (!Array.isArray(task.inputShape) || !task.inputShape.every(isCount)) {
    yield `inputShape: expected positive integers, got ${JSON.stringify(task.inputShape)}`;
  }
  if (!isCount(task.classes) || task.classes < 2) yield `classes: expected 2 or more, got ${task.classes}`;
  if (typeof task.load !== 'function') yield 'load: expected a function';
  if (typeof task.network !== 'function') yield 'network: expected a function';
  if (task.augment !== undefined && typeof task.augment !== 'function') yield 'augment: expected a function';
  if (task.weightDecay !== undefined && !(task.weightDecay >= 0 && task.weightDecay < 1)) {
    yield `weightDecay: expected a number from 0 to 1, got ${task.weightDecay}`;
  }
  return undefined;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}
