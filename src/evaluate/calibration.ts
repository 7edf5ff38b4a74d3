import { type Conditions, NO_ENVIRONMENT, parseProtocol } from '../evaluation/index.ts';
import { cifar10Convnet } from './calibrated/cifar10-convnet.ts';

/** A function by its knots: ascending in x, linear between them, on along the first line before the first, constant beyond the last. */
export type Knots = readonly (readonly [x: number, y: number])[];

/** A training loss: the mean over the last `window` of `steps` steps. */
export interface LossPlace {
  readonly steps: number;
  readonly window: number;
}

/**
 * The reward that a training loss tells, by how far it lies above the reference trainings' mean loss under the same seed: under one seed all
 * losses lie a little higher or lower.
 */
export interface LossTable extends LossPlace {
  readonly reward: Knots;
}

/** A training that losses are compared with: a rule by its text or name, at one learning rate. */
export interface ReferenceTraining {
  readonly rule: string;
  readonly learningRate: number;
}

/**
 * What is known of a task from rules that were trained to the end: how a reward is told early, and what cannot reach the top.
 * `bench/calibrate.mjs` makes it.
 */
export interface Calibration {
  /** Mean training steps of a proposal in a search under `fast`, by strategy: what a search is estimated by. */
  readonly steps?: Readonly<Record<string, number>>;
  readonly references: readonly ReferenceTraining[];
  /** Hurdles in their order, each with the largest loss that passes, above that of the references. */
  readonly hurdles: readonly (LossTable & { readonly largest: number })[];
  /** Where a training that passes every hurdle ends. */
  readonly end: LossTable;
}

/** Mean training steps of a proposal of a strategy; of one that was not measured, the most that any took. */
export function stepsPerProposal({ steps }: Calibration, strategy: string): number | undefined {
  return steps && (steps[strategy] ?? Math.max(...Object.values(steps)));
}

/** The value of a function that is given by its knots. */
export function valueAt(knots: Knots, x: number): number {
  const above = knots.findIndex(([knot]) => knot >= x);
  if (above < 0 || knots.length === 1) return knots.at(-1)![1];
  const [lower, upper] = [knots[Math.max(above - 1, 0)]!, knots[Math.max(above, 1)]!];
  const share = (x - lower[0]) / (upper[0] - lower[0]);
  return lower[1] + share * (upper[1] - lower[1]);
}

/** What is known of tasks, by their names. */
const calibrations: Readonly<Record<string, Calibration>> = { 'cifar10-convnet': cifar10Convnet };

/** What is known under the conditions of an evaluation: nothing unless the protocol is `fast` of the usual length, and the task has a yardstick. */
export function calibrationFor({ task, protocol, environment }: Conditions): Calibration | undefined {
  const { family, final, schedule } = parseProtocol('fast');
  const usual =
    protocol.family === family &&
    protocol.final.epochs === final.epochs &&
    protocol.schedule === schedule &&
    environment.name === NO_ENVIRONMENT;
  return usual && Object.hasOwn(calibrations, task) ? calibrations[task] : undefined;
}
