/** What a task gives is checked where it enters: tasks are written in JavaScript too, and a wrong figure would rank rules. */
import { NosError } from '../errors.ts';
import { isShare, type Metric } from '../evaluation/index.ts';
import { boundsOf, type Span } from '../rules/index.ts';
import { shown } from '../shown.ts';
import type { Child, ChildState } from '../tasks/index.ts';

/** What a task's value is about, for the error message. */
export interface Subject {
  readonly task: string;
  /** What its score is called, and which way it gets better. */
  readonly metric: Metric;
  /** The rule in training, as people call it. */
  readonly rule: string;
}

const SEE = 'mend the task: docs/tasks.md says what each of its functions gives';

function wrong(task: string, what: string): NosError {
  return new NosError('task', `task '${task}': ${what}`, SEE);
}

/** What the parts of a child must be. */
const PARTS: readonly (readonly [keyof Child, (value: unknown) => boolean, expected: string])[] = [
  ...(['batchSize', 'trainExamples'] as const).map(
    (name) => [name, isPositiveInteger, 'a positive integer'] as const,
  ),
  ...(['initialState', 'step', 'score', 'close'] as const).map(
    (name) => [name, isFunction, 'a function'] as const,
  ),
  ['measures', (value) => value === undefined || isFunction(value), 'a function, or nothing'],
];

/** @throws NosError `task` if it is no child. */
export function checkChild(task: string, child: Child, metric: Metric): Child {
  if (typeof child !== 'object' || child === null) {
    throw wrong(task, `open gave ${shown(child)}: expected a child`);
  }
  for (const [name, isSound, expected] of PARTS) {
    if (isSound(child[name])) continue;
    throw wrong(task, `${name} of its child is ${shown(child[name])}: expected ${expected}`);
  }
  const { chance } = child;
  if (chance === undefined || isScore(chance, metric)) return child;
  throw wrong(task, `chance of its child is ${shown(chance)}: expected ${scores(metric)}`);
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** @throws NosError `task` if a state is not two arrays of 32-bit floating-point numbers. */
export function checkState(state: ChildState, { task }: Subject): ChildState {
  const sound = state?.weights instanceof Float32Array && state.buffers instanceof Float32Array;
  if (sound) return state;
  throw wrong(task, 'initialState: expected { weights, buffers }, each a Float32Array');
}

/** @throws NosError `task` unless the tensors are all the weights, which are one where the child names none. */
export function checkTensors(
  tensors: Child['tensors'] = [],
  size: number,
  { task }: Subject,
): readonly Span[] {
  if (tensors.length === 0) return size === 0 ? [] : [{ offset: 0, size }];
  try {
    boundsOf({ size, tensors });
    return tensors;
  } catch (error) {
    throw wrong(task, `of its child, ${(error as Error).message}`);
  }
}

/** NaN and infinities are losses too: a training that meets one has diverged. @throws NosError `task` for what is no number. */
export function checkLoss(loss: number, { task, rule }: Subject): number {
  if (typeof loss === 'number') return loss;
  throw wrong(task, `step gave ${shown(loss)} for '${rule}': expected the loss, a number`);
}

export function isScore(value: unknown, metric: Metric): value is number {
  if (!isShare(metric)) return Number.isFinite(value);
  return typeof value === 'number' && value >= 0 && value <= 1;
}

const scores = (metric: Metric): string => (isShare(metric) ? 'a number from 0 to 1' : 'a finite number');

export function wrongScore(value: unknown, { task, rule, metric }: Subject): NosError {
  const hint = isShare(metric)
    ? "mend its score, or say what it is: metric: 'loss', goal: 'minimise' (docs/tasks.md)"
    : `mend its score: '${metric.metric}' must be finite wherever the loss is (docs/tasks.md)`;
  return new NosError(
    'task',
    `task '${task}': score gave ${shown(value)} for '${rule}': expected ${scores(metric)}`,
    hint,
  );
}

/**
 * A copy of what a task measures, so that nothing of its own is behind it.
 *
 * @throws NosError `task` for what is not numbers by name.
 */
export function checkMeasures(
  measures: Readonly<Record<string, number>> | undefined,
  { task, rule }: Subject,
): Readonly<Record<string, number>> | undefined {
  if (measures === undefined) return undefined;
  const found =
    typeof measures === 'object' && measures !== null ? Object.entries(measures) : [['', measures]];
  for (const [name, value] of found) {
    if (typeof value === 'number' && name !== '') continue;
    const what = name === '' ? shown(value) : `${shown(value)} as ${shown(name)}`;
    throw wrong(task, `measures gave ${what} for '${rule}': expected numbers by name`);
  }
  return Object.fromEntries(found);
}
