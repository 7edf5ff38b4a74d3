export { type AdamState, adamStep, initialAdam } from './adam.ts';
export type { Algorithm, AlgorithmDefinition, Policy, ScoredSample } from './algorithm.ts';
export { algorithms, DEFAULT_ALGORITHM } from './algorithms.ts';
export { type Controller, type ControllerOptions, createController } from './controller.ts';
export { decodeFloats, encodeFloats } from './floats.ts';
export type { Imitated } from './imitation.ts';
export { type Parameters, type PolicyGraph, policyGraph } from './lstm.ts';
export { ppo } from './ppo.ts';
export { reinforce, reinforceGraph } from './reinforce.ts';
export { type Sample, Sampler } from './sampler.ts';
export {
  initialParameters,
  type ParameterSpec,
  type PolicyShape,
  parameterCount,
  parameterSpecs,
  parameterViews,
  type TokenSpace,
} from './shape.ts';
export { encodeStrings } from './strings.ts';
export { trpo } from './trpo.ts';
export { trpoAdam } from './trpo-adam.ts';
