export type * from './documents.ts';
export type { Evaluator, EvaluatorWork } from './jobs.ts';
export { type RunningStudio, type ServeOptions, serveStudio } from './serve.ts';
