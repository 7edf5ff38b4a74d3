export { contestants } from './contestants.ts';
export { type Table, tabulatedSpace } from './tabulated.ts';
export { runTrial } from './trial.ts';
