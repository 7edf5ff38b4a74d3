export { effortOf } from './effort.ts';
export type {
  Computation,
  Experiment,
  Findings,
  PlannedSearch,
  Searches,
  Size,
  Trainings,
} from './experiment.ts';
export { experiments, findExperiment } from './experiments.ts';
export { experimentPage, type Provenance } from './page.ts';
