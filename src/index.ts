/** What most programs need, in one place; every room is also an entry of its own (`neural-optimizer-search/rules`, …). */
export { dataDirectory } from './data/index.ts';
export { type Dispatcher, type LocalPoolOptions, openLocalPool } from './dispatch/index.ts';
export { type ErrorCode, NosError } from './errors.ts';
export { type Evaluator, fingerprint, openEvaluator } from './evaluate/index.ts';
export { type Evaluation, type EvaluationRequest, type Protocol, protocols } from './evaluation/index.ts';
export {
  canonicalize,
  catalogue,
  compileRule,
  type Expression,
  findSpace,
  latexRule,
  parseRule,
  printRule,
  resolveRule,
  ruleCost,
  ruleKey,
  type Space,
} from './rules/index.ts';
export {
  type LeaderboardRow,
  type RunConfigInput,
  type RunEvent,
  type RunServices,
  readLeaderboard,
  resumeRun,
  startRun,
} from './run/index.ts';
export { type Strategy, type StrategyDefinition, strategies } from './search/index.ts';
export { openStore, type Store } from './store/index.ts';
export { defineRegression, defineTask, type Task, tasks } from './tasks/index.ts';
export { packageVersion } from './version.ts';
