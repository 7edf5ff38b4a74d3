import { NosError } from '../errors.ts';
import { shown } from '../shown.ts';
import { messageOf } from '../thrown.ts';
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
  const read = readDefinition(definition);
  const wrong = 'open' in read ? problems(read) : classifierProblems(read);
  const problem = wrong.next().value;
  if (problem) throw refused(nameOf(read), problem);
  return Object.freeze('open' in read ? { ...read } : classification(read));
}

function refused(task: string, problem: string, cause?: unknown): NosError {
  return new NosError('bad-option', `${task}: ${problem}`, 'see docs/tasks.md', { cause });
}

const nameOf = ({ name }: Task | ClassifierTask): string =>
  typeof name === 'string' ? `task '${name}'` : 'a task';

const PROPERTIES = [
  ...[
    'name',
    'description',
    'batchSize',
    'dataSet',
    'trainExamples',
    'chance',
    'checksum',
    'open',
    'classifier',
  ],
  ...['load', 'inputShape', 'classes', 'network', 'augment', 'weightDecay'],
] as const;

/**
 * Everything that a definition has, read once: what a getter or a proxy gives is what is checked, and what is used. A method that
 * stands on a prototype keeps its object.
 */
function readDefinition(definition: Task | ClassifierTask): Task | ClassifierTask {
  if (typeof definition !== 'object' || definition === null) {
    throw refused('a task', `expected its definition, got ${shown(definition)}`);
  }
  try {
    const read: Record<string, unknown> = { ...definition };
    for (const name of PROPERTIES) {
      if (Object.hasOwn(read, name) || !(name in definition)) continue;
      const value: unknown = Reflect.get(definition, name);
      read[name] = typeof value === 'function' ? value.bind(definition) : value;
    }
    if (Array.isArray(read.inputShape)) read.inputShape = [...read.inputShape];
    return read as unknown as Task | ClassifierTask;
  } catch (cause) {
    throw refused('a task', `its definition cannot be read: ${messageOf(cause)}`, cause);
  }
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
  if (typeof task.name !== 'string' || !/^[a-z][a-z0-9-]*(\([^()/\\]*\))?$/.test(task.name)) {
    yield 'name: expected lower-case letters, digits and hyphens, a letter first';
  }
  if (typeof task.description !== 'string') yield 'description: expected one line of text';
  if (!isCount(task.batchSize)) yield `batchSize: expected a positive integer, got ${shown(task.batchSize)}`;
  if (task.dataSet !== undefined && typeof task.dataSet !== 'string') {
    yield `dataSet: expected the name of a data set, got ${shown(task.dataSet)}`;
  }
  if (task.trainExamples !== undefined && !isCount(task.trainExamples)) {
    yield `trainExamples: expected a positive integer, got ${shown(task.trainExamples)}`;
  }
  return undefined;
}

function* problems(task: Task): Generator<string, undefined> {
  yield* factProblems(task);
  if (!isPart(task.chance)) yield `chance: expected a score from 0 to 1, got ${shown(task.chance)}`;
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
  const { inputShape, classes, weightDecay } = task;
  if (!Array.isArray(inputShape)) {
    yield `inputShape: expected positive integers, got ${shown(inputShape)}`;
  } else if (!inputShape.every(isCount)) {
    yield `inputShape: expected positive integers, got [${inputShape.map(shown).join(',')}]`;
  }
  if (!isCount(classes) || classes < 2) yield `classes: expected 2 or more, got ${shown(classes)}`;
  if (typeof task.load !== 'function') yield 'load: expected a function';
  if (typeof task.network !== 'function') yield 'network: expected a function';
  if (task.augment !== undefined && typeof task.augment !== 'function') yield 'augment: expected a function';
  if (weightDecay !== undefined && !isPart(weightDecay)) {
    yield `weightDecay: expected a number from 0 to 1, got ${shown(weightDecay)}`;
  }
  return undefined;
}

/** A number from 0 to 1, less than 1. */
const isPart = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 1;

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
