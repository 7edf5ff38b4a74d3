export { bootstrapInterval, type Interval } from './bootstrap.ts';
export { holm } from './holm.ts';
export { movingAverage } from './moving-average.ts';
export { pairedPermutation, smallestPairedP, wilcoxonSignedRank } from './paired-tests.ts';
export { midranks } from './ranks.ts';
export { mean, median, quantile } from './summary.ts';
export { probabilityOfSuperiority } from './superiority.ts';
