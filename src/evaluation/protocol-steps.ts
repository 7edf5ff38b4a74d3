import { NosError } from '../errors.ts';
import { type Budget, type Halving, type Protocol, printProtocol } from './protocol.ts';

/** What the number of steps depends on apart from the protocol; a task has it. */
export interface StepSizes {
  readonly batchSize: number;
  /** Size of the training split; taken to be enough if absent. */
  readonly trainExamples?: number;
}

/**
 * Steps of one training. An epoch has as many steps as whole batches fit into its examples. The rest sits out, and is another
 * one in each epoch.
 */
export function trainingSteps({ epochs, examples }: Budget, sizes: StepSizes): number {
  const { batchSize, trainExamples = Number.POSITIVE_INFINITY } = sizes;
  return epochs * Math.floor(Math.min(examples, trainExamples) / batchSize);
}

/** Whether a protocol has learning rates to choose from by a sweep. */
export const sweeps = ({ learningRates, shortcuts }: Protocol): boolean =>
  learningRates.length > 1 && shortcuts.halving === undefined;

/**
 * Checks that a protocol trains a task at all.
 *
 * @throws NosError `bad-option` if its sweep or its final training has fewer examples than one step takes.
 * @example checkSteps(parseProtocol('quick'), { name: 'mine', batchSize: 1_000 }) // throws: 600 examples are no batch
 */
export function checkSteps(protocol: Protocol, task: StepSizes & { readonly name: string }): void {
  for (const phase of sweeps(protocol) ? (['sweep', 'final'] as const) : (['final'] as const)) {
    if (trainingSteps(protocol[phase], task) > 0) continue;
    const examples = Math.min(protocol[phase].examples, task.trainExamples ?? Number.POSITIVE_INFINITY);
    throw new NosError(
      'bad-option',
      `task '${task.name}' takes ${task.batchSize} examples a step, and protocol '${printProtocol(protocol)}' has ${examples} in its ${phase}: it would not train`,
      'take a smaller batch, or a protocol of more examples: paper, final@EPOCHS',
    );
  }
}

/**
 * Training steps of one evaluation in which nothing diverges or stops early, from the first rate that is tried to the end of the final
 * training.
 *
 * @example protocolSteps(parseProtocol('paper'), { batchSize: 100 }) // 1200
 */
export function protocolSteps(protocol: Protocol, sizes: StepSizes): number {
  const { learningRates, sweep, final, shortcuts } = protocol;
  const last = trainingSteps(final, sizes);
  if (shortcuts.halving) return last + halvingSteps(shortcuts.halving, learningRates.length, last);
  const tries = sweeps(protocol) ? learningRates.length : 0;
  return tries * trainingSteps(sweep, sizes) + last;
}

/** Steps of a training that is tried among others before one of them is chosen. */
export function tryingSteps({ shortcuts: { halving } }: Protocol): number {
  return halving?.rungs.at(-1)?.steps ?? 0;
}

/** The steps of a halving that the final training does not take up, if the grid grows as far as it may. */
function halvingSteps({ rungs, beyond }: Halving, rates: number, last: number): number {
  const grid = rates > 1 ? rates + beyond : rates;
  const taken = rungs.map(({ steps }) => Math.min(steps, last));
  const inRungs = rungs.map((rung, i) => {
    const trained = i === 0 ? grid : Math.min(rung.rates, grid);
    return (trained - 1) * (taken[i]! - (taken[i - 1] ?? 0));
  });
  return inRungs.reduce((sum, steps) => sum + steps, 0);
}
