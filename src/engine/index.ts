export { type FetchEngineOptions, type FetchedEngine, fetchEngine } from './fetch.ts';
export { type Engine, loadEngine } from './load.ts';
export { checkPlatform, ENGINE } from './package.ts';
export { findEngine } from './places.ts';
