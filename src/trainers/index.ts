export { type RuleSource, runTrial, type Trial, type TrialEnd, type TrialWatch } from './run-trial.ts';
export { openTrialRunner, type TrialRunner } from './supervised.ts';
export { parseTaskRecord, type TaskRecord, type TaskRecordInput, taskRecordSchema } from './task-record.ts';
