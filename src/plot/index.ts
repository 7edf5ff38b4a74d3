export type * from './chart.ts';
export { lineChart } from './line-chart.ts';
