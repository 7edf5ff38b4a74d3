import { type Conditions, NO_ENVIRONMENT, parseProtocol } from '../evaluation/index.ts';
import { cifar10Convnet } from './calibrated/cifar10-convnet.ts';

/** A function by its knots: ascending in x, linear between them, constant beyond the first and the last. */
export type Knots = readonly (readonly [x: number, y: number])[];

/**
 * What is known of a task from rules that were trained to the end: how a reward is told early, and what cannot reach the top.
 * `bench/calibrate.mjs` makes it.
 */
export interface Calibration {
  /** Mean training steps of a proposal under `fast`, measured on uniform samples; what a search is estimated by. */
  readonly steps?: number;
  /** The hurdle after the first steps: the largest training loss that passes, and the reward by training loss. */
  readonly loss: { readonly largest: number; readonly reward: Knots };
  /** Hurdles after the first epochs: the smallest validation accuracy that passes, and the reward by that accuracy. */
  readonly epochs: readonly { readonly smallest: number; readonly reward: Knots }[];
  /** Where a training that passes every hurdle ends, after so many epochs, and the reward by its mean training loss over the last `window` steps. */
  readonly end: { readonly epochs: number; readonly window: number; readonly reward: Knots };
}

/** The value of a function that is given by its knots. */
export function valueAt(knots: Knots, x: number): number {
  const above = knots.findIndex(([knot]) => knot >= x);
  const [upper, lower] = [knots.at(above)!, knots[above - 1]];
  if (lower === undefined || above < 0) return upper[1];
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
