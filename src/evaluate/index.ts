export type * from './evaluation.ts';
