export type * from './documents.ts';
export { type RunningStudio, type ServeOptions, serveStudio } from './serve.ts';
