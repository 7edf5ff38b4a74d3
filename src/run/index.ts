export { parseRunConfig, type RunConfig, type RunConfigInput } from './config.ts';
export { distinctRules, foldCopies, isFound } from './copies.ts';
export { findEarlierRun } from './earlier-run.ts';
export { estimateRun, type PlannedEvaluations, plannedEvaluations, type RunEstimate } from './estimate.ts';
export type * from './events.ts';
export { leaderboard, readLeaderboard } from './leaderboard.ts';
export {
  type Difference,
  differenceOfMeans,
  type LearningCurve,
  type LearningCurves,
  learningCurves,
  readLearningCurves,
  type ScoredRun,
} from './learning-curve.ts';
export { learningCurveChart } from './learning-curve-chart.ts';
export type { Machine } from './machine.ts';
export { takeMended } from './mended.ts';
export { Once, type OnceOptions, type OnceServices } from './once.ts';
export { advance, initialProgress, type RunProgress, secondsLeft } from './progress.ts';
export { extendRun, type RunResult, type RunServices, resumeRun, startRun } from './run.ts';
export { checkRunName } from './run-name.ts';
export { type Finding, type TestedRow, type Verdict, verdictOf } from './verdict.ts';
