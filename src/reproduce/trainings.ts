import { seedsFrom } from '../compare/index.ts';
import {
  type Evaluation,
  type IdentifiedRequest,
  identityOf,
  parseRegime,
  printRegime,
} from '../evaluation/index.ts';
import { taskReference, taskTitle } from '../tasks/index.ts';

/** An optimizer of the paper as a rule of the catalogue. */
export interface NamedRule {
  /** Name in the paper. */
  readonly name: string;
  /** Rule text or catalogue name. */
  readonly rule: string;
}

/** An optimizer with its evaluations, one per seed. */
export interface TrainedOptimizer extends NamedRule {
  readonly evaluations: readonly Evaluation[];
}

/**
 * Requests a training of every optimizer with every seed on one task. They are ordered by seed, so that the first ones done already say
 * something of all optimizers.
 *
 * @throws NosError `unknown-name`, `bad-option`.
 */
export async function wantedTrainings(
  optimizers: readonly NamedRule[],
  how: { readonly task: string; readonly protocol: string; readonly seeds: number },
): Promise<readonly IdentifiedRequest[]> {
  const task = await taskReference(how.task);
  const regime = printRegime(parseRegime({ protocol: how.protocol }));
  const rules = optimizers.map(({ rule }) => identityOf(rule));
  return seedsFrom(1, how.seeds).flatMap((seed) =>
    rules.map(({ text, key }) => ({ rule: text, key, task, seed, ...regime })),
  );
}

/** Scales a number of epochs of the paper; at least one. */
export const epochsAt = (epochs: number, scale: number): number => Math.max(1, Math.round(epochs * scale));

/** Groups evaluations by the optimizer whose rule they trained. */
export function byOptimizer(
  optimizers: readonly NamedRule[],
  evaluations: readonly Evaluation[],
): readonly TrainedOptimizer[] {
  return optimizers.map(({ name, rule }) => {
    const key = keyOf(rule);
    return { name, rule, evaluations: evaluations.filter((one) => one.key === key) };
  });
}

/** Returns the key of a rule's text or catalogue name. */
export const keyOf = (rule: string): string => identityOf(rule).key;

/** Returns the seeds of evaluations, each once. */
export const seedsOf = (evaluations: readonly Evaluation[]): readonly number[] => [
  ...new Set(evaluations.map(({ seed }) => seed)),
];

/** Returns what the trainings of an experiment have in common, and the steps of one that does not diverge. */
export function factsOf(evaluations: readonly Evaluation[]) {
  const [{ task, protocol }] = evaluations as [Evaluation];
  return {
    task: taskTitle(task),
    protocol,
    seeds: seedsFrom(1, seedsOf(evaluations).length),
    /** Sweep and final training together. */
    steps: Math.max(...evaluations.map(({ steps }) => steps)),
  };
}

/** Returns the test accuracy at the end; chance if it diverged, NaN if it failed for outside reasons. */
export function finalTest({ status, reward, testCurve = [] }: Evaluation): number {
  return status === 'ok' ? lastOf(testCurve) : status === 'diverged' ? reward : Number.NaN;
}

/** Returns the validation accuracy at the end; chance if it diverged, NaN if it failed for outside reasons. */
export function finalValidation({ status, reward }: Evaluation): number {
  return status === 'failed' ? Number.NaN : reward;
}

/** Returns the highest validation accuracy of all epochs; as {@link finalValidation} if no epoch ended. */
export function bestValidation(evaluation: Evaluation): number {
  const { curve } = evaluation;
  return curve.length === 0 ? finalValidation(evaluation) : Math.max(...curve);
}

/** Returns the test accuracy at the first epoch of the highest validation accuracy; as {@link finalTest} if no epoch ended. */
export function bestTest(evaluation: Evaluation): number {
  const { curve, testCurve = [] } = evaluation;
  return testCurve[curve.indexOf(Math.max(...curve))] ?? finalTest(evaluation);
}

const lastOf = (values: readonly number[]): number => values.at(-1) ?? Number.NaN;
