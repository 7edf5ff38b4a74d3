export { parseRunConfig } from './config.ts';
export type * from './events.ts';
export type * from './run.ts';
