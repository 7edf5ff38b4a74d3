export { type Environment, environments, environmentText, findEnvironment } from './environment/index.ts';
export type * from './evaluation.ts';
export type { Evaluator, EvaluatorOptions, RunOptions } from './evaluator.ts';
export { openEvaluator } from './evaluator.ts';
export { fingerprint } from './fingerprint.ts';
export { type MeasureOptions, measureStep } from './measure-step.ts';
export type { StepSizes } from './protocols.ts';
export { checkSteps, findProtocol, lengthen, protocolSteps, protocols } from './protocols.ts';
export { byStanding, lowestFinished, type Standing, weight } from './standing.ts';
