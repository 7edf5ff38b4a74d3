import { NosError } from '../errors.ts';
import { registry } from '../registry.ts';
import type { Budget, Protocol } from './evaluation.ts';
import { schedules } from './schedules.ts';

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

/** For results: all examples. `final` alone says no length, so only `final@EPOCHS` names a protocol. */
const final: Protocol = {
  name: 'final',
  description: "the paper's sweep; then so many epochs over all training examples",
  learningRates: LEARNING_RATES,
  sweep: paper.sweep,
  final: { epochs: 0, examples: Number.POSITIVE_INFINITY },
  validationExamples: Number.POSITIVE_INFINITY,
};

/** For figures over the epochs. */
const curves: Protocol = {
  ...final,
  name: 'curves',
  description: 'as final, and test accuracy and training loss after every epoch are kept',
  curves: true,
};

/** Every protocol. `NAME@EPOCHS` names one with the same sweep and examples, and another number of final epochs. */
export const protocols = registry<Protocol>(
  'protocol',
  [quick, paper, final, curves],
  '; with another number of final epochs: quick@10, paper@10, final@20',
);

const MOST_EPOCHS = 100_000;
const MOST_RATES = 50;
const [LEAST_RATE, LARGEST_RATE] = [1e-10, 1e10];

/**
 * The protocol of that name: `quick`, `paper`, or a family's name and a number of final epochs: `final@20`, `paper@50`, `curves@300`;
 * behind it may stand a learning-rate schedule, `final@20:cosine`, and learning rates in the place of the paper's seven,
 * `final@20=1e-3` or `final@20:cosine=1e-3,1e-2`. Its `name` is the one that results are stored under: `paper@5` is `paper`.
 *
 * @throws NosError `unknown-name`; `bad-option` for epochs or learning rates that make no sense, `final` or `curves` without epochs.
 */
export function findProtocol(name: string): Protocol {
  const [, length = '', schedule, rates] = /^([^:=]*)(?::([^=]*))?(?:=(.*))?$/s.exec(name) ?? [];
  const [, base = '', suffix] = /^([^@]*)(@.*)?$/s.exec(length) ?? [];
  const family = protocols.find(base);
  const protocol =
    suffix === undefined && family.final.epochs > 0
      ? family
      : withEpochs(family, epochsOf(suffix?.slice(1) ?? '', name));
  const scheduled = schedule === undefined ? protocol : withSchedule(protocol, schedule);
  return rates === undefined ? scheduled : withRates(scheduled, ratesOf(rates, name));
}

/**
 * The name of a protocol with `factor` times the final epochs, and everything else the same.
 *
 * @throws NosError as {@link findProtocol}.
 * @example lengthen('quick', 3) // 'quick@15'
 */
export function lengthen(name: string, factor: number): string {
  const { name: own, final: budget } = findProtocol(name);
  const [, family, suffix] = /^([^@:=]*)[^:=]*(.*)$/.exec(own) ?? [];
  return findProtocol(`${family}@${budget.epochs * factor}${suffix}`).name;
}

function withEpochs(family: Protocol, epochs: number): Protocol {
  if (epochs === family.final.epochs) return family;
  return {
    ...family,
    name: `${family.name}@${epochs}`,
    description: `${family.description}: ${epochs} final epochs`,
    final: { ...family.final, epochs },
  };
}

function withSchedule(protocol: Protocol, text: string): Protocol {
  const { name } = schedules.find(text);
  if (name === schedules.names[0]) return protocol;
  return {
    ...protocol,
    name: `${protocol.name}:${name}`,
    description: `${protocol.description}; learning-rate schedule ${name}`,
    schedule: name,
  };
}

function withRates(protocol: Protocol, learningRates: readonly number[]): Protocol {
  if (learningRates.join() === protocol.learningRates.join()) return protocol;
  const list = learningRates.map((rate) => rate.toExponential());
  return {
    ...protocol,
    name: `${protocol.name}=${list.join(',')}`,
    description: `${protocol.description}; learning ${list.length === 1 ? 'rate' : 'rates'} ${list.join(', ')}`,
    learningRates,
  };
}

/** Ascending. */
function ratesOf(text: string, name: string): readonly number[] {
  const rates = [...new Set(text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))))];
  if (rates.length <= MOST_RATES && rates.every((rate) => rate >= LEAST_RATE && rate <= LARGEST_RATE)) {
    return rates.sort((a, b) => a - b);
  }
  throw new NosError(
    'bad-option',
    `protocol '${name}': expected learning rates after =, at most ${MOST_RATES}, from ${LEAST_RATE.toExponential()} to ${LARGEST_RATE.toExponential()}`,
    'such as final@20=1e-3 or paper=0.01,0.1',
  );
}

function epochsOf(text: string, name: string): number {
  const epochs = Number(text);
  if (/^[1-9]\d*$/.test(text) && epochs <= MOST_EPOCHS) return epochs;
  throw new NosError(
    'bad-option',
    `protocol '${name}': expected a number of final epochs after @, from 1 to ${MOST_EPOCHS}`,
    'such as final@20',
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

/** Whether a protocol has learning rates to choose from. */
export const sweeps = ({ learningRates }: Protocol): boolean => learningRates.length > 1;

/**
 * Whether a protocol trains a task at all.
 *
 * @throws NosError `bad-option` where its sweep or its final training has fewer examples than one step takes.
 * @example checkSteps(findProtocol('quick'), { name: 'mine', batchSize: 1_000 }) // throws: 600 examples are no batch
 */
export function checkSteps(protocol: Protocol, task: StepSizes & { readonly name: string }): void {
  for (const phase of sweeps(protocol) ? (['sweep', 'final'] as const) : (['final'] as const)) {
    if (trainingSteps(protocol[phase], task) > 0) continue;
    const examples = Math.min(protocol[phase].examples, task.trainExamples ?? Number.POSITIVE_INFINITY);
    throw new NosError(
      'bad-option',
      `task '${task.name}' takes ${task.batchSize} examples a step, and protocol '${protocol.name}' has ${examples} in its ${phase}: it would not train`,
      'take a smaller batch, or a protocol of more examples: paper, final@EPOCHS',
    );
  }
}

/**
 * Training steps of one evaluation, where nothing diverges: sweep and final together.
 *
 * @example protocolSteps(findProtocol('paper'), { batchSize: 100 }) // 1200
 */
export function protocolSteps(protocol: Protocol, sizes: StepSizes): number {
  const { learningRates, sweep, final } = protocol;
  const tries = sweeps(protocol) ? learningRates.length : 0;
  return tries * trainingSteps(sweep, sizes) + trainingSteps(final, sizes);
}
