/**
 * How a rule is scored (NOS §4.2): every learning rate of a grid trains the child for a short sweep, the best one trains
 * it again from the same initial weights for the final training, and the validation accuracy at its end is the reward.
 */
export interface Protocol {
  readonly name: string;
  /** One line for `--help`. */
  readonly description: string;
  /** Ascending; a single one needs no sweep, and there is none. */
  readonly learningRates: readonly number[];
  readonly sweep: Budget;
  readonly final: Budget;
  /** Validation examples that are scored: the first so many. Fewer where the split is smaller. */
  readonly validationExamples: number;
  /** How the learning rate goes over every training, that of the sweep too: a name of `schedules`; `constant` unless given. */
  readonly schedule?: string;
  /**
   * Whether the final training keeps test accuracy, training loss and the task's own measures after every epoch; none of them ever
   * chooses anything.
   */
  readonly curves?: boolean;
}

export interface Budget {
  readonly epochs: number;
  /** Training examples of one epoch: the first so many of the training split. Fewer where the split is smaller. */
  readonly examples: number;
}

/** Everything that a reward depends on. Equal requests on equal fingerprints give equal evaluations, to the bit. */
export interface EvaluationRequest {
  /** Rule text or catalogue name. */
  readonly rule: string;
  /** The name of a registered task, or a path to a module that exports one as `task`. */
  readonly task: string;
  /** The name of a protocol. */
  readonly protocol: string;
  readonly seed: number;
  /** The name of an environment; `none` unless given. */
  readonly environment?: string;
}

/**
 * `ok`; `diverged`: the final training, or every learning rate of the sweep, met a loss or a weight that is not finite,
 * and the reward is chance; `failed`: three tries ended for outside reasons (a crash, a hang), the reward is chance.
 */
export type EvaluationStatus = 'ok' | 'diverged' | 'failed';

export interface SweepPoint {
  readonly learningRate: number;
  /** Validation accuracy after the sweep; NaN where the training diverged. */
  readonly accuracy: number;
}

export interface Evaluation extends EvaluationRequest {
  readonly environment: string;
  /** The rule's key: a hash of its canonical form. */
  readonly key: string;
  /** The learning rate that the sweep chose (ties go to the smaller); NaN where every one diverged. */
  readonly learningRate: number;
  /** Whether that learning rate is the smallest or the largest of the grid, so that a better one may lie outside. */
  readonly edgeOfGrid: boolean;
  readonly sweep: readonly SweepPoint[];
  /** Final validation accuracy, or chance. */
  readonly reward: number;
  /** Validation accuracy after each epoch of the final training. */
  readonly curve: readonly number[];
  /** Test accuracy after each epoch of the final training, where the protocol keeps it. */
  readonly testCurve?: readonly number[];
  /** The mean training loss of each epoch of the final training, likewise. */
  readonly lossCurve?: readonly number[];
  /** What else the task measures on the validation examples after the final training; absent where it measures nothing else. */
  readonly measures?: Readonly<Record<string, number>>;
  /** The same after each epoch of the final training, where the protocol keeps curves. */
  readonly measureCurves?: Readonly<Record<string, readonly number[]>>;
  /** The same on the test examples after the final training, likewise. */
  readonly testMeasures?: Readonly<Record<string, number>>;
  readonly status: EvaluationStatus;
  /** Training steps taken, sweep and final together. */
  readonly steps: number;
  /** Wall-clock seconds: not part of the result's identity. */
  readonly seconds: number;
  readonly fingerprint: string;
  /** The version of this package. */
  readonly version: string;
  /** Why, where status is `failed`. */
  readonly error?: string;
}

/** What an evaluation reports while it runs. */
export interface EvaluationProgress {
  readonly phase: 'sweep' | 'final';
  readonly learningRate: number;
  /** Share of the evaluation's steps that are done, 0…1. */
  readonly done: number;
  /** The latest validation accuracy, if any. */
  readonly accuracy?: number;
}
