import { NosError } from '../errors.ts';
import { type Budget, type Protocol, printProtocol } from './protocol.ts';

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

/** Whether a protocol has learning rates to choose from. */
export const sweeps = ({ learningRates }: Protocol): boolean => learningRates.length > 1;

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
 * Training steps of one evaluation in which nothing diverges, sweep and final training together.
 *
 * @example protocolSteps(parseProtocol('paper'), { batchSize: 100 }) // 1200
 */
export function protocolSteps(protocol: Protocol, sizes: StepSizes): number {
  const { learningRates, sweep, final } = protocol;
  const tries = sweeps(protocol) ? learningRates.length : 0;
  return tries * trainingSteps(sweep, sizes) + trainingSteps(final, sizes);
}
