export { batchNorm } from './batch-norm.ts';
export type { NetworkBuilder } from './builder.ts';
export {
  type Batch,
  buildClassifier,
  type ClassifierDefinition,
  crossEntropy,
  type Network,
} from './classifier.ts';
export { type ConvolutionOptions, convolution } from './convolution.ts';
export { dense } from './dense.ts';
export {
  dropout,
  fillMask,
  type Mask,
  type MaskMoment,
  openMasks,
  sequenceDropout,
} from './dropout.ts';
export { type EmbeddingOptions, embedding } from './embedding.ts';
export { flatten } from './flatten.ts';
export { fanInUniform, heNormal, type Initial } from './initial.ts';
export type { Placed } from './layout.ts';
export {
  type LstmCell,
  type LstmCellOptions,
  type LstmOptions,
  type LstmState,
  lstm,
  lstmCell,
  lstmStep,
  type UnrollOptions,
  unroll,
} from './lstm.ts';
export { buildModel, type Model, type ModelDefinition, type Tensors } from './model.ts';
export { type SequenceLossOptions, sequenceCrossEntropy, tokenLogLikelihood } from './sequence-loss.ts';
export { type ModelSession, type OpenModelOptions, openModel } from './session.ts';
