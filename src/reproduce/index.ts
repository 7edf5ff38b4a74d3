export type {
  Computation,
  Experiment,
  ExperimentFindings,
  PlannedSearch,
  Searches,
  Size,
  Trainings,
} from './experiment.ts';
export { experiments } from './experiments.ts';
export { experimentPage } from './page.ts';
export { effortOf, type Provenance } from './provenance.ts';
export { type ExperimentResult, type ResultData, readData, resultFiles, resultFromData } from './results.ts';
