import { ownError } from '../thrown.ts';
import type { Child } from './child.ts';
import type { Task } from './task.ts';

/** A task of the user's own, whose errors say that they are the task's, and where in its files they were thrown. */
export function guardTask(task: Task): Task {
  const subject = `task '${task.name}'`;
  return Object.freeze({
    ...task,
    checksum: guarded(subject, (options) => task.checksum(options)),
    ...(task.prepare && { prepare: guarded(subject, task.prepare) }),
    open: guarded(subject, async (options) => guardChild(subject, await task.open(options))),
  } satisfies Task);
}

/** What is no function, or no child at all, stays what it is: who uses the child refuses it. */
function guardChild(subject: string, child: Child): Child {
  if (typeof child !== 'object' || child === null) return child;
  const { batchSize, trainExamples, chance, tensors, initialState, step, score, measures, close } = child;
  const method = <Of extends unknown[], T>(own: (...of: Of) => Promise<T>) =>
    typeof own === 'function' ? guarded(subject, (...of: Of) => own.apply(child, of)) : own;
  const start: Child['initialState'] = (seed) => {
    try {
      return initialState.call(child, seed);
    } catch (thrown) {
      throw ownError('task', subject, thrown);
    }
  };
  return {
    ...{ batchSize, trainExamples, ...(chance !== undefined && { chance }), ...(tensors && { tensors }) },
    initialState: typeof initialState === 'function' ? start : initialState,
    step: method(step),
    score: method(score),
    ...(measures && { measures: method(measures) }),
    close: method(close),
  };
}

/** Calls the function; what it throws, or rejects with, becomes the task's error. */
function guarded<Of extends unknown[], T>(subject: string, act: (...of: Of) => Promise<T> | T) {
  return async (...of: Of): Promise<T> => {
    try {
      return await act(...of);
    } catch (thrown) {
      throw ownError('task', subject, thrown);
    }
  };
}
