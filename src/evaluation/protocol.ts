import { NosError } from '../errors.ts';
import { registry } from '../registry.ts';
import { schedules } from './schedules.ts';

/**
 * How a rule is scored (NOS §4.2): every learning rate of a grid trains the child for a short sweep, the best one trains
 * it again from the same initial weights for the final training, and the validation accuracy at its end is the reward.
 * Plain data: {@link parseProtocol} reads its name, {@link printProtocol} writes it.
 */
export interface Protocol {
  /** Which protocol this one is a variant of. */
  readonly family: string;
  /** Ascending. A single learning rate needs no sweep, and there is none. */
  readonly learningRates: readonly number[];
  readonly sweep: Budget;
  readonly final: Budget;
  /** Number of validation examples that are scored, from the first on; fewer if the split is smaller. */
  readonly validationExamples: number;
  /** Name of the learning-rate schedule of every training, in the sweep too. */
  readonly schedule: string;
  /**
   * Whether the final training keeps test accuracy, training loss and the task's own measures after every epoch. None of them ever
   * chooses anything.
   */
  readonly curves: boolean;
}

export interface Budget {
  readonly epochs: number;
  /** Training examples per epoch, from the first of the training split on; fewer if the split is smaller. */
  readonly examples: number;
}

/** λ = 10^i, i = −5…1 (NOS §4.2). */
const LEARNING_RATES: readonly number[] = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];
const CONSTANT = 'constant';

/** NOS §4.2; that the five epochs are of 10,000 examples too is our reading. */
const paper: Protocol = {
  family: 'paper',
  learningRates: LEARNING_RATES,
  sweep: { epochs: 1, examples: 10_000 },
  final: { epochs: 5, examples: 10_000 },
  validationExamples: 5_000,
  schedule: CONSTANT,
  curves: false,
};

/** The same shape with fewer examples, for the ten minutes of `nos search --preset quick`. */
const quick: Protocol = {
  ...paper,
  family: 'quick',
  sweep: { epochs: 1, examples: 600 },
  final: { epochs: 5, examples: 1_000 },
  validationExamples: 1_000,
};

/** All examples, for results. It has no length of its own, so only `final@EPOCHS` names a protocol. */
const final: Protocol = {
  ...paper,
  family: 'final',
  final: { epochs: 0, examples: Number.POSITIVE_INFINITY },
  validationExamples: Number.POSITIVE_INFINITY,
};

/** The same with curves, for figures over the epochs. */
const curves: Protocol = { ...final, family: 'curves', curves: true };

/** A protocol that has a name of its own, from which variants are made: `NAME@EPOCHS` has another number of final epochs. */
export interface ProtocolFamily {
  readonly name: string;
  readonly description: string;
  readonly base: Protocol;
}

export const protocols = registry<ProtocolFamily>(
  'protocol',
  [
    {
      name: 'quick',
      description: 'the shape of paper with fewer examples, for a search of minutes',
      base: quick,
    },
    {
      name: 'paper',
      description:
        "the paper's (NOS §4.2): seven learning rates, an epoch of 10,000 examples each; then five epochs",
      base: paper,
    },
    {
      name: 'final',
      description: "the paper's sweep; then as many epochs as final@EPOCHS says over all training examples",
      base: final,
    },
    {
      name: 'curves',
      description: 'as final; test accuracy and training loss are kept after every epoch',
      base: curves,
    },
  ],
  '; with another number of final epochs: quick@10, paper@10, final@20',
);

const hasLength = ({ final: { epochs } }: Protocol): boolean => epochs > 0;

const MOST_EPOCHS = 100_000;
const MOST_RATES = 50;
const [LEAST_RATE, LARGEST_RATE] = [1e-10, 1e10];

/** NAME, @EPOCHS, :SCHEDULE, =RATES; it matches every text. */
const PARTS = /^([^@:=]*)(?:@([^:=]*))?(?::([^=]*))?(?:=(.*))?$/s;

/**
 * Parses the name of a protocol: `quick`, `paper`, or a family and its number of final epochs: `final@20`, `paper@50`,
 * `curves@300`. A learning-rate schedule may follow, `final@20:cosine`, and learning rates that take the place of the paper's
 * seven, `final@20=1e-3` or `final@20:cosine=1e-3,1e-2`.
 *
 * @throws NosError `unknown-name`; `bad-option` for epochs or learning rates that make no sense, `final` or `curves` without epochs.
 */
export function parseProtocol(name: string): Protocol {
  const [, family = '', epochs, schedule, rates] = PARTS.exec(name) ?? [];
  const { base } = protocols.find(family);
  const ownLength = epochs === undefined && hasLength(base);
  return {
    ...base,
    final: ownLength ? base.final : { ...base.final, epochs: parseEpochs(epochs ?? '', name) },
    schedule: schedule === undefined ? base.schedule : schedules.find(schedule).name,
    learningRates: rates === undefined ? base.learningRates : parseRates(rates, name),
  };
}

/**
 * Prints the one name of a protocol, which results are stored under: what is as in its family is left out.
 *
 * @example printProtocol(parseProtocol('paper@5:cosine=0.1')) // 'paper:cosine=1e-1'
 */
export function printProtocol({ family, final: { epochs }, schedule, learningRates }: Protocol): string {
  const base = protocols.get(family)?.base;
  if (base === undefined) return family; // made by hand, as in a test
  const rates = learningRates.map((rate) => rate.toExponential()).join(',');
  return [
    family,
    epochs === base.final.epochs ? '' : `@${epochs}`,
    schedule === base.schedule ? '' : `:${schedule}`,
    learningRates.join() === base.learningRates.join() ? '' : `=${rates}`,
  ].join('');
}

/**
 * The same protocol with `factor` times the final epochs.
 *
 * @throws NosError `bad-option` if these are too many.
 * @example printProtocol(lengthen(parseProtocol('quick'), 3)) // 'quick@15'
 */
export function lengthen(protocol: Protocol, factor: number): Protocol {
  const epochs = protocol.final.epochs * factor;
  const longer = { ...protocol, final: { ...protocol.final, epochs } };
  parseEpochs(String(epochs), printProtocol(longer));
  return longer;
}

/** Parses learning rates between commas; gives them ascending, each once. */
function parseRates(text: string, name: string): readonly number[] {
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

function parseEpochs(text: string, name: string): number {
  const epochs = Number(text);
  if (/^[1-9]\d*$/.test(text) && epochs <= MOST_EPOCHS) return epochs;
  throw new NosError(
    'bad-option',
    `protocol '${name}': expected a number of final epochs after @, from 1 to ${MOST_EPOCHS}`,
    'such as final@20',
  );
}
