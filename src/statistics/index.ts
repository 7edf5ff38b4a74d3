export { bootstrapInterval, type Interval } from './bootstrap.ts';
export { movingAverage } from './moving-average.ts';
export { mean, median, quantile } from './summary.ts';
