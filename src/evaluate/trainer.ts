import type { Budget, Environment, Metric } from '../evaluation/index.ts';
import type { Expression } from '../rules/index.ts';

/** One training: a rule at one learning rate, from the initial weights on. */
export interface Training {
  readonly rule: Expression;
  /** What messages call the rule. */
  readonly ruleName: string;
  readonly environment: Environment;
  readonly learningRate: number;
  /** Name of the learning-rate schedule. */
  readonly schedule: string;
  readonly budget: Budget;
  /** Number of validation examples that are scored after every epoch, from the first on. */
  readonly validationExamples: number;
  /**
   * What to find out: `accuracy`, the score on the validation examples after each epoch; `measures`: at the end, what else the task
   * measures; `curves`: after each epoch all of that, the score on the test examples, and the mean loss.
   */
  readonly detail: 'accuracy' | 'measures' | 'curves';
  /** Decides the initial weights, the order of the examples, and the random draws of rule and environment. */
  readonly seed: number;
}

/** Named numbers that a task measures apart from its score. */
export type Measures = Readonly<Record<string, number>>;

/** What a training has come to. */
export interface Trained {
  /**
   * `diverged`: a loss or a weight was not finite, or a score and the loss with it. The training stopped there. `failed`: a program of the
   * user's own came to no result, for the reason that `error` gives.
   */
  readonly status: 'finished' | 'diverged' | 'failed';
  readonly error?: string;
  /** Validation score after each epoch that ended, in the task's own units, as every score here. */
  readonly curve: readonly number[];
  /** Test score after each epoch; empty unless curves were asked for. */
  readonly testCurve: readonly number[];
  /** Mean loss of the steps of each epoch. */
  readonly lossCurve: readonly number[];
  /** Measures on the validation examples after each epoch; empty unless curves were asked for, and if the task has none. */
  readonly measureCurve: readonly Measures[];
  /** Measures at the end of a finished training. */
  readonly measures?: Measures;
  /** Measures on the test examples at the end of a finished training, if curves were asked for. */
  readonly testMeasures?: Measures;
  /** Steps taken, the one that diverged included. */
  readonly steps: number;
}

/** A training that goes on as far as it is asked. Several may be open at a time; their calls must not overlap. */
export interface OpenTraining {
  /** Loss of every step taken so far. */
  readonly losses: readonly number[];
  /**
   * Trains on until so many steps are taken in all; what it comes to is the uninterrupted training's, to the bit.
   *
   * @returns Whether everything is still finite.
   * @throws as {@link Trainer.train}.
   */
  advance(steps: number): Promise<boolean>;
  /** The score on the first so many validation examples now; undefined if the training has diverged. Nothing changes. */
  score(examples: number): Promise<number | undefined>;
  /** What else the task measures now, on as many validation examples as the training has. */
  measures(): Promise<Measures | undefined>;
}

/** Who watches a training, and may end it. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after every step and every epoch, and now and then while a score takes long: a sign of life.
   *
   * @param steps Steps taken so far.
   * @param score Validation score of the epoch that has just ended.
   */
  onProgress(steps: number, score?: number): void;
}

/**
 * What trains: the seam behind which the built-in child stands, and programs of the user's own. Guarantees: equal trainings have equal results, to the bit,
 * whatever was trained before or between two calls of an open one; what the seed decides is the same at every learning rate and length.
 * Calls must not overlap.
 */
export interface Trainer extends Metric {
  /** What its results depend on beside the training: those of equal fingerprints are equal. */
  fingerprint(): Promise<string>;
  /** Examples per step. */
  readonly batchSize: number;
  /** Size of the training split. */
  readonly trainExamples: number;
  /** The score of a model that has learnt nothing, if it is known. */
  readonly chance?: number | undefined;
  /** Tells that an evaluation begins, for which nothing counts that an earlier one has trained. */
  begin?(): void;
  /** @throws the signal's reason, between two steps; NosError `task` if the task gives what it must not. */
  train(training: Training, watch: Watch): Promise<Trained>;
  /** Begins a training that takes no step until it is asked; its `detail` is of no account. */
  open(training: Training, watch: Watch): OpenTraining;
  /** Frees native resources. */
  close(): Promise<void>;
}
