export { gatherData, runChain } from './discovery/chain.ts';
export { discoveryFindings } from './discovery/discovery.ts';
export { type Evaluate, lookUp } from './discovery/evaluate.ts';
export {
  type ChainStage,
  type DiscoveryPlan,
  type DiscoverySearch,
  type PlannedTrainings,
  planDiscovery,
  plannedTrainings,
  STAGES,
} from './discovery/plan.ts';
export { goOn, proposalsOf, standingOf } from './discovery/searches.ts';
export type { SearchedRun } from './discovery/tables.ts';
export type {
  Chain,
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
