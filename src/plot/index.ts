export type * from './chart.ts';
export { type ContourChart, type ContourPanel, contourChart, type Landmark } from './contour-chart.ts';
export {
  type IntervalChart,
  type IntervalGroup,
  type IntervalPanel,
  type IntervalRow,
  intervalChart,
} from './interval-chart.ts';
export { lineChart } from './line-chart.ts';
export { missingInPng, pngOf } from './png.ts';
export type { SymbolName } from './symbols.ts';
export { spansDecades } from './ticks.ts';
export { type TrajectoryPanel, trajectoryChart } from './trajectory-chart.ts';
