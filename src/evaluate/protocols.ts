import { unknownName } from '../errors.ts';
import type { Budget, Protocol } from './evaluation.ts';

/** λ = 10^i, i = −5…1 (NOS §4.2). */
const LEARNING_RATES: readonly number[] = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];

/** NOS §4.2; that the five epochs are of 10,000 examples too is our reading. */
const paper: Protocol = {
  name: 'paper',
  description: "the paper's (NOS §4.2): seven learning rates, an epoch of 10,000 each; then five epochs",
  learningRates: LEARNING_RATES,
  sweep: { epochs: 1, examples: 10_000 },
  final: { epochs: 5, examples: 10_000 },
  validationExamples: 5_000,
};

/** The same shape with fewer examples: what the ten minutes of `nos search --preset quick` allow. */
const quick: Protocol = {
  name: 'quick',
  description: 'the same shape with fewer examples, for a search of minutes',
  learningRates: LEARNING_RATES,
  sweep: { epochs: 1, examples: 600 },
  final: { epochs: 5, examples: 1_000 },
  validationExamples: 1_000,
};

export const protocols: readonly Protocol[] = [paper, quick];

/** @throws NosError `unknown-name`. */
export function findProtocol(name: string): Protocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found) return found;
  throw unknownName(
    'protocol',
    name,
    protocols.map((protocol) => protocol.name),
  );
}

/** What the number of steps depends on, besides the protocol; a task has it. */
export interface StepSizes {
  readonly batchSize: number;
  /** Of the training split; taken to be enough where absent. */
  readonly trainExamples?: number;
}

/**
 * Steps of one training. An epoch has as many steps as whole batches fit into its examples; the rest sits out, other ones in
 * each epoch.
 */
export function trainingSteps({ epochs, examples }: Budget, sizes: StepSizes): number {
  const { batchSize, trainExamples = Number.POSITIVE_INFINITY } = sizes;
  return epochs * Math.floor(Math.min(examples, trainExamples) / batchSize);
}

/**
 * Training steps of one evaluation, where nothing diverges: sweep and final together.
 *
 * @example protocolSteps(findProtocol('paper'), { batchSize: 100 }) // 1200
 */
export function protocolSteps({ learningRates, sweep, final }: Protocol, sizes: StepSizes): number {
  return learningRates.length * trainingSteps(sweep, sizes) + trainingSteps(final, sizes);
}
