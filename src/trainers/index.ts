export { type ProgramTrial, type RuleSource, runTrial, type TrialEnd, type TrialWatch } from './run-trial.ts';
export { openTrialRunner, type TrialRunner } from './supervised.ts';
export { isTaskFile, keepCommand, openTaskFile, type ProgramTask, taskFileReference } from './task-file.ts';
export {
  declared,
  parseTaskRecord,
  type TaskRecord,
  type TaskRecordInput,
  taskRecordSchema,
} from './task-record.ts';
