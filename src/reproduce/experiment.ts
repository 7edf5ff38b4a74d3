import type { Evaluation, IdentifiedRequest } from '../evaluation/index.ts';
import type { LearningCurves, RunConfig } from '../run/index.ts';
import type { NamedRule } from './trainings.ts';

/** A figure or a table of the paper as a program. */
export type Experiment = Computation | Trainings | Searches;

interface Named {
  /** `figure6`; what the command line and the folder of results call it. */
  readonly name: string;
  readonly title: string;
}

/** One that computes by itself, and from the start each time. */
export interface Computation extends Named {
  readonly kind: 'computation';
  /** Steps of work at a scale, for a progress bar. */
  work(scale: number): number;
  run(options: ComputationOptions): Promise<Findings>;
  /** What it found, again from its data. @throws ZodError for data of another shape. */
  again(data: unknown): Findings;
}

export interface ComputationOptions {
  /** 1 is the paper's size; nothing but the size depends on it. */
  readonly scale: number;
  /** Stops it: `run` throws the signal's reason. */
  readonly signal: AbortSignal;
  /** So many more steps of work are done. */
  readonly onWork: (steps: number) => void;
}

/** One that trains networks: what is trained is kept in the store, so that it goes on where it was stopped. */
export interface Trainings extends Named {
  readonly kind: 'trainings';
  /** How many seeds, unless somebody asks for another number. */
  readonly seeds: number;
  /** What it trains; no two are one rule. */
  readonly optimizers: readonly NamedRule[];
  /** Every evaluation that it takes, in the order in which they are best made. @throws NosError `unknown-name`, `bad-option`. */
  plan(size: Size): Promise<readonly IdentifiedRequest[]>;
  /**
   * What they say. Pure: equal evaluations give equal findings, their `seconds` aside.
   *
   * @param evaluations Of every optimizer those of its rule's key, in the plan's order.
   */
  findings(size: Size, evaluations: readonly Evaluation[]): Findings;
}

/** One that searches: each search is a run of the store and goes on where it was stopped. */
export interface Searches extends Named {
  readonly kind: 'searches';
  /** How many seeds, unless somebody asks for another number. */
  readonly seeds: number;
  /** The runs that it takes, by names that say what they are. @throws NosError `unknown-name`, `bad-option`. */
  plan(size: Size): Promise<readonly PlannedSearch[]>;
  /**
   * What they say. Pure.
   *
   * @param curves Those of the plan's runs, in its order.
   */
  findings(size: Size, curves: LearningCurves): Findings;
  /** What they said, again from its data. @throws ZodError for data of another shape. */
  again(data: unknown): Findings;
}

export interface PlannedSearch {
  readonly run: string;
  readonly config: RunConfig;
}

/** How large. */
export interface Size {
  /** 1 is the paper's size. */
  readonly scale: number;
  /** Each training is done with so many seeds: 1, 2, … */
  readonly seeds: number;
  /** What is trained in the place of the paper's network. */
  readonly task?: string;
}

/** What an experiment found. Equal sizes on equal machines find the same. */
export interface Findings {
  /** Pictures and tables of the folder of results, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** What was found, as Markdown: it follows the page's title. */
  readonly page: string;
  /** Seeds, for the page's last section. */
  readonly seeds: string;
  /** Everything in figures: what `data.json` holds, and all that the rest can be made of again. */
  readonly data: Readonly<Record<string, unknown>>;
}
