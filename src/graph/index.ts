export { evaluateFloat64 } from './evaluate.ts';
export { gradients, jvp, vjp } from './gradients.ts';
export { compileArrayFunction } from './native/array-function.ts';
export { machineOptions as nativeMachine } from './native/compiler.ts';
export { floatText } from './native/text.ts';
export { Unsupported } from './native/unsupported.ts';
export { formulateByPatches } from './onnx/data-patches.ts';
export type { OnnxAttribute, OnnxAttributes, OnnxWriter } from './onnx/writer.ts';
export { add } from './operations/add.ts';
export { addAll } from './operations/add-all.ts';
export { averagePool2d } from './operations/average-pool2d.ts';
export { type ChannelMoments, channelMoments, scaleChannels, shiftChannels } from './operations/channels.ts';
export { concat } from './operations/concat.ts';
export { constant, fill, scalar } from './operations/constant.ts';
export { type Convolution2dOptions, convolution2d } from './operations/convolution2d.ts';
export { div } from './operations/div.ts';
export { exp } from './operations/exp.ts';
export { expand } from './operations/expand.ts';
export { gatherRows, scatterRows } from './operations/gather-rows.ts';
export { heaviside } from './operations/heaviside.ts';
export { input } from './operations/input.ts';
export { log } from './operations/log.ts';
export { logSoftmax } from './operations/log-softmax.ts';
export { type MatmulOptions, matmul } from './operations/matmul.ts';
export { maxOver } from './operations/max-over.ts';
export { maxPool2d } from './operations/max-pool2d.ts';
export { maximum } from './operations/maximum.ts';
export { mean } from './operations/mean.ts';
export { minimum } from './operations/minimum.ts';
export { mul } from './operations/mul.ts';
export { neg } from './operations/neg.ts';
export { pad } from './operations/pad.ts';
export { type PatchesOptions, patches } from './operations/patches.ts';
export { pickColumns, placeColumns } from './operations/pick-columns.ts';
export { relu } from './operations/relu.ts';
export { reshape } from './operations/reshape.ts';
export { sigmoid } from './operations/sigmoid.ts';
export { slice } from './operations/slice.ts';
export { softmax } from './operations/softmax.ts';
export { sqrt } from './operations/sqrt.ts';
export { stopGradient } from './operations/stop-gradient.ts';
export {
  type StridedConvolution2dOptions,
  stridedConvolution2d,
} from './operations/strided-convolution2d.ts';
export { sub } from './operations/sub.ts';
export { type ReduceOptions, sum } from './operations/sum.ts';
export { tanh } from './operations/tanh.ts';
export { transpose } from './operations/transpose.ts';
export { upsample2d } from './operations/upsample2d.ts';
export {
  type Arrays,
  type CompileWatch,
  createSession,
  type EngineName,
  type Port,
  type Session,
} from './session.ts';
export { SessionCache } from './session-cache.ts';
export type { Shape } from './shape.ts';
export type { Attributes, AttributeValue, Operation, Tensor } from './tensor.ts';
