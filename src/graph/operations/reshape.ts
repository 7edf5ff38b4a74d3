import { checkShape, describeShape, equalShapes, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';

export const reshapeOperation: Operation<{ readonly shape: Shape }> = {
  name: 'reshape',
  shape: ([x], { shape }) => {
    checkShape('reshape', shape);
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      throw new RangeError(
        `reshape: ${describeShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${describeShape(shape)} has ${sizeOf(shape)}`,
      );
    }
    return shape;
  },
  evaluate: (_node, [x]) => x!,
  native: { kind: 'reshape' },
  lower: ({ shape }, [x], writer) => writer.node('Reshape', [x!, writer.integers(shape)]),
  vjp: ({ inputs }, cotangent) => [() => reshape(cotangent, inputs[0]!.shape)],
};

/** The same elements, row-major, in another shape of equal size. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return equalShapes(x.shape, shape) ? x : createTensor(reshapeOperation, [x], { shape });
}
