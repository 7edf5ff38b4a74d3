export * from './dispatcher.ts';
export { type LocalPoolOptions, openLocalPool } from './local-pool.ts';
