export type * from './documents.ts';
export type { RuleJob, RuleJobWork } from './jobs.ts';
export { type RunningStudio, type ServeOptions, serveStudio } from './serve.ts';
