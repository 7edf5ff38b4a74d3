import { checkShape, describeShape, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { expand } from './expand.ts';

export const constantOperation: Operation<{ readonly values: Float64Array; readonly shape: Shape }> = {
  name: 'constant',
  shape: (_inputs, { values, shape }) => {
    checkShape('constant', shape);
    if (values.length !== sizeOf(shape)) {
      throw new RangeError(
        `constant: shape ${describeShape(shape)} takes ${sizeOf(shape)} values, got ${values.length}`,
      );
    }
    return shape;
  },
  evaluate: ({ attributes }) => attributes.values,
  native: { kind: 'constant', values: ({ attributes }) => attributes.values },
  lower: ({ attributes }, _inputs, writer) => writer.floats(attributes.values, attributes.shape),
};

/** Fixed values, row-major; rounded to float32 on onnxruntime. */
export function constant(values: ArrayLike<number>, shape: Shape): Tensor {
  return createTensor(constantOperation, [], { values: Float64Array.from(values), shape: [...shape] });
}

/** A fixed number, shape []. */
export function scalar(value: number): Tensor {
  return constant([value], []);
}

/** One number repeated to a shape. */
export function fill(value: number, shape: Shape): Tensor {
  return expand(scalar(value), shape);
}
