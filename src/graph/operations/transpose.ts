import { describeShape, stridesOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { gather } from './broadcast.ts';

export const transposeOperation: Operation<{ readonly permutation: readonly number[] }> = {
  name: 'transpose',
  shape: ([x], { permutation }) => {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== x!.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new RangeError(
        `transpose: expected a permutation of the axes of ${describeShape(x!.shape)}, got ${describeShape(permutation)}`,
      );
    }
    return permutation.map((axis) => x!.shape[axis] as number);
  },
  evaluate: ({ inputs, attributes: { permutation }, shape }, [x]) => {
    const strides = stridesOf(inputs[0]!.shape);
    const permuted = permutation.map((axis) => strides[axis] as number);
    return gather(x!, shape, permuted, 0);
  },
  native: {
    kind: 'view',
    view: ({ attributes: { permutation }, shape }, { offset, strides }) => ({
      shape,
      offset,
      strides: permutation.map((axis) => strides[axis] as number),
    }),
  },
  lower: ({ attributes }, inputs, writer) =>
    writer.node('Transpose', inputs, { perm: attributes.permutation }),
  vjp: ({ attributes: { permutation } }, cotangent) => [
    () =>
      transpose(
        cotangent,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
};

/** Axis i of the result is axis permutation[i] of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  return createTensor(transposeOperation, [x], { permutation: [...permutation] });
}
