export { type CheckReport, checkOptimizer, checkReportSchema } from './check-optimizer.ts';
export { parseClassReference } from './class-reference.ts';
export type { CheckOutcome, CheckResult } from './judge.ts';
