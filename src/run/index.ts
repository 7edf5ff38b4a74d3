export {
  freshSeedOf,
  metricOfRun,
  parseRunConfig,
  type RunConfig,
  type RunConfigInput,
  runConfigSchema,
  USUAL_REFERENCES,
  withScore,
} from './config.ts';
export { distinctRules, foldCopies, isFound } from './copies.ts';
export { findEarlierRun } from './earlier-run.ts';
export {
  estimateRun,
  type PlannedEvaluations,
  plannedEvaluations,
  type RunEstimate,
  runEstimateSchema,
} from './estimate.ts';
export type * from './events.ts';
export {
  type LeaderboardRow,
  leaderboard,
  leaderboardRowSchema,
  readLeaderboard,
  readOutcome,
} from './leaderboard.ts';
export {
  type Difference,
  differenceOfMeans,
  type LearningCurve,
  type LearningCurves,
  learningCurves,
  learningCurvesSchema,
  readLearningCurves,
  type ScoredRun,
} from './learning-curve.ts';
export { learningCurveChart } from './learning-curve-chart.ts';
export type { Machine } from './machine.ts';
export { takeMended } from './mended.ts';
export { checkNote } from './note.ts';
export { Once, type OnceOptions, type OnceServices } from './once.ts';
export * from './pack/index.ts';
export { advance, initialProgress, type RunProgress, secondsLeft } from './progress.ts';
export * from './pull/index.ts';
export { replayRun } from './replay.ts';
export { usualRetest } from './retest.ts';
export { extendRun, type RunResult, type RunServices, resumeRun, startRun } from './run.ts';
export { checkRunName } from './run-name.ts';
export { type Spared, sparedOf } from './spared.ts';
export { readRun, readRuns, type StoredRun, storedRunSchema } from './stored-run.ts';
export { tableColumns, tableLines, withoutFolder } from './table.ts';
export { type Finding, findings, type TestedRow, type Verdict, verdictOf } from './verdict.ts';
