export type * from './evaluation.ts';
export {
  checkSteps,
  findProtocol,
  lengthen,
  protocolSteps,
  protocols,
  type StepSizes,
  sweeps,
  trainingSteps,
} from './protocol.ts';
export { type Schedule, schedules } from './schedules.ts';
export { byStanding, lowestFinished, type Standing, weight } from './standing.ts';
