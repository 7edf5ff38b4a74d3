import { formulateByPatches, gradients, input, type Shape, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import type { Mask } from './dropout.ts';
import { drawWeights, type PlacedParameter } from './initial.ts';
import { type Placed, pack, totalSize } from './layout.ts';
import { declarations, trace } from './trace.ts';

export type Tensors<Name extends string = string> = Readonly<Record<Name, Tensor>>;

/** A network as two functions of a builder and its inputs, which must ask the builder for the same parameters. */
export interface ModelDefinition<Name extends string> {
  /** The shape of each input, the batch's axes included. Whole numbers, such as tokens, are fed as floats. */
  readonly inputs: Readonly<Record<Name, Shape>>;
  /** A scalar to be minimised; called in mode `training`. */
  readonly loss: (nn: NetworkBuilder, inputs: Tensors<Name>) => Tensor;
  /** Whatever scores need, by name; called in mode `evaluation`. It may leave inputs out. */
  readonly evaluate: (nn: NetworkBuilder, inputs: Tensors<Name>) => Tensors;
}

/**
 * A network with its loss, as graphs over flat vectors. All parameters are one vector [size] and all buffers another, so
 * that an update rule and a store see plain arrays; the graphs cut them up.
 */
export interface Model {
  /** Where each parameter stands in the weights, and how it starts. */
  readonly parameters: readonly PlacedParameter[];
  /** The number of weights. */
  readonly size: number;
  /** Where each buffer stands in the buffers; empty for networks without batch normalisation. */
  readonly buffers: readonly Placed[];
  readonly bufferSize: number;
  /** What each training step is fed with in addition to the inputs, drawn by `fillMask`; empty for networks without dropout. */
  readonly masks: readonly Mask[];
  /** Each parameter is drawn from its own stream (seed, 'weights', its name). */
  initialWeights(seed: number): Float32Array;
  initialBuffers(): Float32Array;
  /**
   * Outputs: `loss` []; `gradient` [size]; `buffers` [bufferSize] after the step, where there are any. Inputs: the network's,
   * `weights` [size], `buffers`, `masks`.
   */
  readonly training: Tensors;
  /** Outputs: those of `evaluate`. Inputs: those that it uses, `weights`, `buffers`. */
  readonly evaluation: Tensors;
  /**
   * The same two graphs as the network was written, without what is formulated for onnxruntime: for an engine that chooses its own
   * formulations.
   */
  plain(): { readonly training: Tensors; readonly evaluation: Tensors };
  /**
   * Another graph over the same `weights` and `buffers`, with inputs of its own, in mode `evaluation`: a step of decoding.
   *
   * @throws RangeError where it asks for a parameter that the model does not have.
   */
  graph<T>(build: (nn: NetworkBuilder) => T): T;
}

/**
 * Builds the graphs that train and evaluate a network.
 *
 * @throws RangeError when the loss is no scalar, or a name is used twice or in one mode only.
 * @example
 * buildModel({
 *   inputs: { x: [20, 3], y: [20, 1] },
 *   loss: (nn, { x, y }) => { const e = sub(dense(nn, 'line', x, 1), y); return mean(mul(e, e)); },
 *   evaluate: (nn, { x }) => ({ prediction: dense(nn, 'line', x, 1) }),
 * });
 */
export function buildModel<Name extends string>(definition: ModelDefinition<Name>): Model {
  const shapes = Object.entries<Shape>(definition.inputs);
  const inputs = Object.fromEntries(
    shapes.map(([name, shape]) => [name, input(name, shape)]),
  ) as Tensors<Name>;
  const evaluate = (nn: NetworkBuilder) => definition.evaluate(nn, inputs);
  const declared = declarations(evaluate);
  const training = trace((nn) => definition.loss(nn, inputs), 'training', declared);
  const graph = <T>(build: (nn: NetworkBuilder) => T): T => trace(build, 'evaluation', declared).result;
  const trainingGraph = (formulate: Formulate): Tensors => {
    const [loss, ...buffers] = formulate([training.result, ...training.buffers]) as [Tensor, ...Tensor[]];
    const gradient = pack(gradients(loss, training.parameters));
    return { loss, gradient, ...(buffers.length > 0 && { buffers: pack(buffers) }) };
  };
  const evaluationGraph = (formulate: Formulate): Tensors => {
    const outputs = Object.entries(graph(evaluate));
    const formulated = formulate(outputs.map(([, tensor]) => tensor));
    return Object.fromEntries(outputs.map(([name], i) => [name, formulated[i]!]));
  };
  return {
    parameters: declared.parameters,
    size: totalSize(declared.parameters),
    buffers: declared.buffers.map(placeOnly),
    bufferSize: totalSize(declared.buffers),
    masks: training.masks,
    initialWeights: (seed) =>
      drawWeights(declared.parameters, seed, new Float32Array(totalSize(declared.parameters))),
    initialBuffers: () => {
      const values = new Float32Array(totalSize(declared.buffers));
      for (const { value, offset, size } of declared.buffers) values.fill(value, offset, offset + size);
      return values;
    },
    training: trainingGraph(formulateByPatches),
    evaluation: evaluationGraph(formulateByPatches),
    plain: () => ({ training: trainingGraph(asWritten), evaluation: evaluationGraph(asWritten) }),
    graph,
  };
}

/** Equal graphs in the form that suits an engine. */
type Formulate = (outputs: readonly Tensor[]) => readonly Tensor[];

const asWritten: Formulate = (outputs) => outputs;

function placeOnly({ name, shape, offset, size }: Placed): Placed {
  return { name, shape, offset, size };
}
