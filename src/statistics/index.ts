export { blockedDifference } from './blocks.ts';
export { holm } from './holm.ts';
export { type Interval, meanInterval } from './mean-interval.ts';
export { movingAverage } from './moving-average.ts';
export { pairedPermutation, smallestPairedP, wilcoxonSignedRank } from './paired-tests.ts';
export { midranks } from './ranks.ts';
export { studentQuantile } from './student.ts';
export { mean, median, quantile } from './summary.ts';
export { probabilityOfSuperiority } from './superiority.ts';
