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
  /** What spares training steps; nothing in a protocol that follows NOS §4.2 to the letter. */
  readonly shortcuts: Shortcuts;
}

/** Ways to spend fewer steps on a rule (docs/fast.md). Each is there or not, and has what it needs to know. */
export interface Shortcuts {
  /** Trains one rule of a run of those that do the same, and gives its evaluation to the others. */
  readonly equals?: true;
  /** Trains one rule of a run of those that are near copies of each other, and gives its evaluation to the others. */
  readonly near?: true;
  /** Rejects rules that cannot learn, without training. */
  readonly filters?: true;
  /** Chooses the learning rate by successive halving on the training loss, in place of the sweep. */
  readonly halving?: Halving;
  /** Stops early what learns nothing, or cannot reach the top. */
  readonly stops?: Stops;
}

export type Shortcut = keyof Shortcuts;

/**
 * Successive halving (Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016) over the
 * learning rates: those that survive a rung go on from where they were.
 */
export interface Halving {
  readonly rungs: readonly HalvingRung[];
  /** The loss of a training is the mean over its last so many steps. */
  readonly window: number;
  /** A rate is out at once if a step's loss is above so many times the first step's. */
  readonly bound: number;
  /** How many decades outside the grid may be tried, where the best rate lies at its edge. A single rate is no grid. */
  readonly beyond: number;
}

export interface HalvingRung {
  /** How many learning rates are trained, those of the lowest losses; the first rung begins with so many from the middle of the grid. */
  readonly rates: number;
  /** Steps that each of them has taken at the end of the rung, those of earlier rungs included. */
  readonly steps: number;
}

export interface Stops {
  /** A rule learns nothing if no rate has brought the loss below this share of the first step's after the first rung. */
  readonly plateau: number;
  /** Validation examples that are scored after each epoch but the last, where a task has no hurdles. */
  readonly validationExamples: number;
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
  shortcuts: {},
};

/**
 * The paper's final training for the few rules that get there; docs/fast.md says where the constants come from. Rates
 * far below the best one change nothing in ten steps, and would crowd out one that is slow to show; the middle of the grid holds none.
 */
const fast: Protocol = {
  ...paper,
  family: 'fast',
  shortcuts: {
    equals: true,
    near: true,
    filters: true,
    halving: {
      rungs: [
        { rates: 3, steps: 10 },
        { rates: 3, steps: 20 },
        { rates: 1, steps: 40 },
      ],
      window: 10,
      bound: 100,
      beyond: 3,
    },
    stops: { plateau: 0.99, validationExamples: 1_000 },
  },
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

/** A program's learning rates and steps are its task's to say: an epoch is all of its steps. */
const own: Protocol = {
  ...final,
  family: 'own',
  learningRates: [],
  sweep: { epochs: 1, examples: Number.POSITIVE_INFINITY },
  final: { epochs: 1, examples: Number.POSITIVE_INFINITY },
  shortcuts: { filters: true },
};

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
      name: 'fast',
      description:
        "the paper's training for the few rules that may reach the top, after seven learning rates were halved by training loss",
      base: fast,
    },
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
    {
      name: 'own',
      description: 'for a program (nos.task.json): its own learning rates, then as many steps as it asks for',
      base: own,
    },
  ],
  '; with another number of final epochs: quick@10, paper@10, final@20; fast without a shortcut: fast-stops',
);

const hasLength = ({ final: { epochs } }: Protocol): boolean => epochs > 0;

const MOST_EPOCHS = 100_000;
const MOST_RATES = 50;
const [LEAST_RATE, LARGEST_RATE] = [1e-10, 1e10];

/** NAME, -SHORTCUTS, @EPOCHS, :SCHEDULE, =RATES; it matches every text. */
const PARTS = /^([^@:=-]*)(?:-([^@:=]*))?(?:@([^:=]*))?(?::([^=]*))?(?:=(.*))?$/s;

/**
 * Parses the name of a protocol: `quick`, `paper`, or a family and its number of final epochs: `final@20`, `paper@50`,
 * `curves@300`. A learning-rate schedule may follow, `final@20:cosine`, and learning rates that take the place of the paper's
 * seven, `final@20=1e-3` or `final@20:cosine=1e-3,1e-2`. Shortcuts are left out by name: `fast-stops`, `fast-filters-stops@10`.
 *
 * @throws NosError `unknown-name`; `bad-option` for epochs, learning rates or shortcuts that make no sense, `final` or `curves` without epochs.
 */
export function parseProtocol(name: string): Protocol {
  const [, family = '', left, epochs, schedule, rates] = PARTS.exec(name) ?? [];
  const { base } = protocols.find(family);
  const ownLength = epochs === undefined && hasLength(base);
  return {
    ...base,
    final: ownLength ? base.final : { ...base.final, epochs: parseEpochs(epochs ?? '', name) },
    schedule: schedule === undefined ? base.schedule : schedules.find(schedule).name,
    learningRates: rates === undefined ? base.learningRates : parseRates(rates, name),
    shortcuts: left === undefined ? base.shortcuts : leaveOut(left.split('-'), base.shortcuts, name),
  };
}

/**
 * Prints the one name of a protocol, which results are stored under: what is as in its family is left out.
 *
 * @example printProtocol(parseProtocol('paper@5:cosine=0.1')) // 'paper:cosine=1e-1'
 */
export function printProtocol(protocol: Protocol): string {
  const { family, final, schedule, learningRates, shortcuts } = protocol;
  const base = protocols.get(family)?.base;
  if (base === undefined) return family; // made by hand, as in a test
  const rates = learningRates.map((rate) => rate.toExponential()).join(',');
  return [
    family,
    ...Object.keys(base.shortcuts).map((name) => (name in shortcuts ? '' : `-${name}`)),
    final.epochs === base.final.epochs ? '' : `@${final.epochs}`,
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

export const hasShortcuts = ({ shortcuts }: Protocol): boolean => Object.keys(shortcuts).length > 0;

/**
 * The same training without shortcuts: what confirms a score that has some.
 *
 * @example printProtocol(inFull(parseProtocol('fast@10'))) // 'paper@10'
 */
export function inFull(protocol: Protocol): Protocol {
  if (!hasShortcuts(protocol)) return protocol;
  const family = isOwn(protocol) ? own.family : paper.family;
  return { ...protocol, family, shortcuts: {} };
}

/** Whether a protocol is for programs, which say themselves what they are trained with. */
export const isOwn = ({ family }: Protocol): boolean => family === own.family;

/** What a program says of its trainings. */
export interface OwnTrainings {
  /** Ascending. */
  readonly learningRates: readonly number[];
  readonly steps: number;
  /** Steps of a training that only chooses the learning rate; as many as all unless given. */
  readonly sweepSteps?: number;
}

/**
 * The protocol as a program is trained by it: what the protocol leaves open is the program's. Each of its steps counts as an example.
 *
 * @throws NosError `bad-option` if the protocol is for tasks that are no programs, or changes the learning rate on the way.
 */
export function fitToProgram(protocol: Protocol, task: string, program: OwnTrainings): Protocol {
  const refuse = (what: string, hint: string): never => {
    throw new NosError('bad-option', `task '${task}' is a program: ${what}`, hint);
  };
  if (!isOwn(protocol)) {
    refuse(
      `protocol '${printProtocol(protocol)}' cannot train it`,
      'leave --protocol out, or take own, own@3 (thrice the steps) or own=1e-3,1e-2',
    );
  }
  if (protocol.schedule !== CONSTANT) {
    refuse(
      `it has schedules of its own, and not '${protocol.schedule}'`,
      'leave the schedule out of the protocol',
    );
  }
  const { learningRates, sweep } = protocol;
  const { steps, sweepSteps = steps } = program;
  return {
    ...protocol,
    learningRates: learningRates.length > 0 ? learningRates : program.learningRates,
    sweep: { ...sweep, examples: sweepSteps },
  };
}

/** The shortcuts but for those that are named. */
function leaveOut(names: readonly string[], shortcuts: Shortcuts, name: string): Shortcuts {
  const unknown = names.find((one) => !Object.hasOwn(shortcuts, one));
  if (unknown === undefined) {
    return Object.fromEntries(Object.entries(shortcuts).filter(([one]) => !names.includes(one)));
  }
  throw new NosError(
    'bad-option',
    `protocol '${name}': expected shortcuts to leave out after -, and '${unknown}' is none of its own`,
    'such as fast-stops or fast-filters-halving',
  );
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
