export type { AskedEntry, LoopLog, LoopOptions, Resume, ToldEntry } from './loop.ts';
export { runLoop } from './loop.ts';
export type * from './strategy.ts';
