export { calibrationFor, stepsPerProposal } from './calibration.ts';
export { chosenEngine, type EngineChoice, engineChoice, isEngineTrouble } from './engine.ts';
export type { Evaluator, EvaluatorOptions, RunOptions } from './evaluator.ts';
export { openEvaluator } from './evaluator.ts';
export { fingerprint, inheritFingerprint, knownFingerprints } from './fingerprint.ts';
export { type MeasureOptions, measureStep } from './measure-step.ts';
export { slotsOf } from './program-trainer.ts';
export { protocolFor } from './task-protocol.ts';
