import { NosError } from '../errors.ts';
import type { Task } from './task.ts';

/**
 * Checks a task and freezes it. A module that exports the result as `task` can be named wherever a task is asked for, by
 * its path.
 *
 * @throws NosError `bad-option` that names the first property that is wrong.
 * @example export const task = defineTask({ name: 'spirals', description: '…', load, inputShape: [2], … });
 */
export function defineTask(definition: Task): Task {
  const problem = problems(definition).next().value;
  if (problem) throw new NosError('bad-option', `task '${definition.name}': ${problem}`, 'see docs/tasks.md');
  return Object.freeze({ ...definition });
}

/** Definitions come from JavaScript too, so nothing is taken on trust. */
function* problems(task: Task): Generator<string, undefined> {
  if (!/^[a-z][a-z0-9-]*$/.test(String(task.name))) {
    yield 'name: expected lower-case letters, digits and hyphens, a letter first';
  }
  if (typeof task.description !== 'string') yield 'description: expected one line of text';
  if (!Array.isArray(task.inputShape) || !task.inputShape.every(isCount)) {
    yield `inputShape: expected positive integers, got ${JSON.stringify(task.inputShape)}`;
  }
  if (!isCount(task.classes) || task.classes < 2) yield `classes: expected 2 or more, got ${task.classes}`;
  if (!isCount(task.batchSize)) yield `batchSize: expected a positive integer, got ${task.batchSize}`;
  if (task.dataSet !== undefined && typeof task.dataSet !== 'string') {
    yield `dataSet: expected the name of a data set, got ${task.dataSet}`;
  }
  if (task.trainExamples !== undefined && !isCount(task.trainExamples)) {
    yield `trainExamples: expected a positive integer, got ${task.trainExamples}`;
  }
  if (typeof task.load !== 'function') yield 'load: expected a function';
  if (typeof task.network !== 'function') yield 'network: expected a function';
  return undefined;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}
