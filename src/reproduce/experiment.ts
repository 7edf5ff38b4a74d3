import type { Evaluation, IdentifiedRequest } from '../evaluation/index.ts';
import type { LearningCurves, RunConfig } from '../run/index.ts';
import type { NamedRule } from './trainings.ts';

/** A figure or a table of the paper as a program. */
export type Experiment = Computation | Trainings | Searches | Chain;

interface Named {
  /** Name on the command line and of the folder of results: `figure6`. */
  readonly name: string;
  readonly title: string;
}

/** An experiment that computes by itself, from the start each time. */
export interface Computation extends Named {
  readonly kind: 'computation';
  /** Returns the number of steps of work at a scale, for a progress bar. */
  work(scale: number): number;
  run(options: ComputationOptions): Promise<ExperimentFindings>;
  /** Makes the findings again from their data. @throws ZodError for data of another shape. */
  again(data: unknown): ExperimentFindings;
}

export interface ComputationOptions {
  /** Size as a share of the paper's; only the size depends on it. */
  readonly scale: number;
  /** Stops it: `run` throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Is called with the number of steps of work that were just done. */
  readonly onWork: (steps: number) => void;
}

/** An experiment that trains networks. Trainings are kept in the store, so that it continues where it was stopped. */
export interface Trainings extends Named {
  readonly kind: 'trainings';
  /** Number of seeds unless the user asks for another. */
  readonly seeds: number;
  /** Optimizers that it trains; their rules are distinct. */
  readonly optimizers: readonly NamedRule[];
  /** Requests every evaluation, in the order in which they are best made. @throws NosError `unknown-name`, `bad-option`. */
  plan(size: Size): Promise<readonly IdentifiedRequest[]>;
  /**
   * Makes the findings. Equal evaluations give equal findings, apart from their `seconds`.
   *
   * @param evaluations Evaluations of every optimizer, by the key of its rule, in the order of the plan.
   */
  findings(size: Size, evaluations: readonly Evaluation[]): ExperimentFindings;
}

/** An experiment that searches. Each search is a run of the store, so that it continues where it was stopped. */
export interface Searches extends Named {
  readonly kind: 'searches';
  /** Number of seeds unless the user asks for another. */
  readonly seeds: number;
  /** Plans the runs, with names that say what they are. @throws NosError `unknown-name`, `bad-option`. */
  plan(size: Size): Promise<readonly PlannedSearch[]>;
  /**
   * Makes the findings. It is pure.
   *
   * @param curves Curves of the runs in the order of the plan.
   */
  findings(size: Size, curves: LearningCurves): ExperimentFindings;
  /** Makes the findings again from their data. @throws ZodError for data of another shape. */
  again(data: unknown): ExperimentFindings;
}

/**
 * Searches and, in stages that follow from them, trainings of what they found. Searches are runs of the store and trainings are kept there, so that
 * it continues where it was stopped.
 */
export interface Chain extends Named {
  readonly kind: 'chain';
  /** Number of seeds of the final comparison at scale 1. */
  readonly seeds: number;
  /** Makes the findings again from their data. @throws ZodError for data of another shape. */
  again(data: unknown): ExperimentFindings;
}

export interface PlannedSearch {
  readonly run: string;
  readonly config: RunConfig;
}

/** Size of an experiment. */
export interface Size {
  /** Size as a share of the paper's. */
  readonly scale: number;
  /** Number of seeds of each training: 1, 2, … */
  readonly seeds: number;
  /** Task that is trained instead of the paper's network. */
  readonly task?: string;
}

/** Findings of an experiment. Equal sizes on equal machines give equal findings. */
export interface ExperimentFindings {
  /** Pictures and tables of the folder of results, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Page as Markdown, without its title. */
  readonly page: string;
  /** Seeds, for the last section of the page. */
  readonly seeds: string;
  /** Contents of `data.json`, from which everything else can be made again. */
  readonly data: Readonly<Record<string, unknown>>;
}
