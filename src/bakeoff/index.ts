export {
  type BakeoffPlan,
  type BakeoffResult,
  plannedProposals,
  type RunTrials,
  runBakeoff,
  type Tuned,
} from './bakeoff.ts';
export { contestants, findContestant } from './contestants.ts';
export { openJournal } from './journal.ts';
export { findLandscape, landscapes } from './landscapes.ts';
export { bakeoffPicture, conditionText } from './picture.ts';
export { runTrials } from './pool.ts';
export { YARDSTICK } from './relative-regret.ts';
export { type Curve, type Ranked, rank, summarize } from './summary.ts';
export { tabulatedSpace } from './tabulated.ts';
export { budgetsWithin, runTrial, type Trial, type TrialResult } from './trial.ts';
