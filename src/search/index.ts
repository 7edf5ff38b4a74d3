export { parseOptions } from '../options.ts';
export type { AskedEntry, LoopLog, LoopOptions, Resume, ToldEntry } from './loop.ts';
export { runLoop } from './loop.ts';
export { resolveStrategy, strategies, strategyReference } from './strategies.ts';
export type * from './strategy.ts';
export { warmStartStrings } from './warm-start.ts';
