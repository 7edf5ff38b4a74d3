import { describeShape, equalShapes } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';

export const addAllOperation: Operation = {
  name: 'addAll',
  shape: (inputs) => {
    const first = inputs[0];
    if (first === undefined) throw new RangeError('addAll: expected at least one tensor');
    for (const x of inputs) {
      if (!equalShapes(x.shape, first.shape)) {
        throw new RangeError(
          `addAll: expected equal shapes, got ${describeShape(first.shape)} and ${describeShape(x.shape)}`,
        );
      }
    }
    return first.shape;
  },
  evaluate: (_node, inputs) =>
    inputs.slice(1).reduce((total, x) => total.map((value, i) => value + (x[i] as number)), inputs[0]!),
  native: { kind: 'element', text: (operands) => operands.join(' + ') },
  // Left to right, so that the order of rounding is that of the inputs.
  lower: (_node, inputs, writer) => inputs.slice(1).reduce((a, b) => writer.node('Add', [a, b]), inputs[0]!),
  vjp: ({ inputs }, cotangent) => inputs.map(() => () => cotangent),
};

/** The sum of tensors of equal shape: what differentiation makes of several uses of one tensor. */
export function addAll(xs: readonly Tensor[]): Tensor {
  const node = createTensor(addAllOperation, xs, {});
  return xs.length === 1 ? (xs[0] as Tensor) : node;
}
