export type {
  Computation,
  Experiment,
  Findings,
  PlannedSearch,
  Searches,
  Size,
  Trainings,
} from './experiment.ts';
export { experiments } from './experiments.ts';
export { experimentPage } from './page.ts';
export { effortOf, type Provenance } from './provenance.ts';
export { type Result, type ResultData, readData, resultFiles, resultFromData } from './results.ts';
