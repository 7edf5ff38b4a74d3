export type { Experiment, ExperimentOptions, Findings } from './experiment.ts';
export { experiments, findExperiment } from './experiments.ts';
export { experimentPage, type Provenance } from './page.ts';
