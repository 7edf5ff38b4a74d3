import type { NativeForm } from './native/form.ts';
import type { OnnxWriter } from './onnx/writer.ts';
import type { Shape } from './shape.ts';

/** What an operation knows in addition to its inputs: plain data, so that equal nodes can be recognised. */
export type AttributeValue = number | string | boolean | readonly number[] | Float64Array;
export type Attributes = { readonly [name: string]: AttributeValue };

/**
 * A node of a static graph: the result of an operation on other nodes. Immutable; nodes refer to their inputs only,
 * there is no list of all nodes. Values are float32 on onnxruntime, float64 in the reference evaluator.
 */
export interface Tensor<A extends Attributes = Attributes> {
  readonly operation: Operation<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly shape: Shape;
}

/**
 * One operation: everything that the engine knows about it. Shared code never asks for its name. The public builder
 * function that stands beside the record in the same file is what graphs are written with.
 */
export interface Operation<A extends Attributes = Attributes> {
  /** Unique among operations. */
  readonly name: string;
  /** Element by element, inputs broadcast to the result's shape: repeating an input beforehand is needless. */
  readonly broadcasts?: true;
  /** The shape of the result. Throws a RangeError that starts with the operation's name when the inputs do not fit. */
  shape(inputs: readonly Tensor[], attributes: A): Shape;
  /** The reference meaning: row-major values of `node.inputs` to the values of `node`, in float64. Fresh memory or an input. */
  evaluate(node: Tensor<A>, inputs: readonly Float64Array[]): Float64Array;
  /** Writes ONNX nodes for `node`, whose inputs are the values named `inputs`; returns the name of the result. */
  lower(node: Tensor<A>, inputs: readonly string[], writer: OnnxWriter): string;
  /** How the native engine computes it; left out: a graph with such a node runs on onnxruntime. */
  readonly native?: NativeForm<A>;
  /**
   * The vector–Jacobian product: for each input a function that builds the cotangent of that input (of the input's
   * shape) from the cotangent of `node`. Written with builder functions, so it can be differentiated again. A function
   * is called only when its cotangent is asked for. `undefined` (for one input, or no `vjp` at all): zero derivative.
   */
  vjp?(node: Tensor<A>, cotangent: Tensor): readonly ((() => Tensor) | undefined)[];
}

/**
 * Makes a node; checks the inputs' shapes by the operation's shape rule.
 *
 * @throws RangeError when the shapes do not fit the operation.
 */
export function createTensor<A extends Attributes>(
  operation: Operation<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor<A> {
  const shape = operation.shape(inputs, attributes);
  return Object.freeze({ operation, inputs: Object.freeze([...inputs]), attributes, shape });
}

/** Whether `tensor` is a node of `operation`, with that operation's attributes. */
export function isA<A extends Attributes>(tensor: Tensor, operation: Operation<A>): tensor is Tensor<A> {
  return (tensor.operation as unknown) === operation;
}
