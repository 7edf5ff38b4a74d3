export {
  type BakeoffPlan,
  type BakeoffResult,
  plannedProposals,
  type RunTrials,
  runBakeoff,
  type Tuned,
} from './bakeoff.ts';
export { entrants } from './entrants.ts';
export { tableReference } from './from-runs.ts';
export { findLandscape, landscapes } from './landscapes.ts';
export { bakeoffPicture, conditionText } from './picture.ts';
export { YARDSTICK } from './relative-regret.ts';
export { resumableTrials } from './resumable.ts';
export { bakeoffSchema, type Curve, type Ranked, rank, summarize } from './summary.ts';
export { tabulatedSpace } from './tabulated.ts';
export { budgetsWithin, runTrial } from './trial.ts';
