export { parseRunConfig, type RunConfig, type RunConfigInput } from './config.ts';
export type * from './events.ts';
export { leaderboard, readLeaderboard } from './leaderboard.ts';
export { type RunResult, type RunServices, resumeRun, startRun } from './run.ts';
