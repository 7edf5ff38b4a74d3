/** A figure or a table of the paper as a program. */
export interface Experiment {
  /** `figure6`; what the command line and the folder of results call it. */
  readonly name: string;
  readonly title: string;
  /** What it takes at scale 1, in one line. */
  readonly description: string;
  /** Steps of work at a scale, for a progress bar. */
  work(scale: number): number;
  run(options: ExperimentOptions): Promise<Findings>;
}

export interface ExperimentOptions {
  /** 1 is the paper's size; nothing but the size depends on it. */
  readonly scale: number;
  /** Stops it: `run` throws the signal's reason. */
  readonly signal: AbortSignal;
  /** So many more steps of work are done. */
  readonly onWork: (steps: number) => void;
}

/** What an experiment found. Equal scales on equal machines find the same. */
export interface Findings {
  /** Files of the folder of results, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** What was found, as Markdown: it follows the page's title. */
  readonly page: string;
  /** Seeds, for the page's last section. */
  readonly seeds: string;
  /** Everything in figures. */
  readonly data: unknown;
}
