export type * from './store.ts';
export { BUSY_SECONDS } from './store.ts';
