import { broadcastShapes, checkShape, describeShape, equalShapes, type Shape } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { broadcastValues, sumTo } from './broadcast.ts';

export const expandOperation: Operation<{ readonly shape: Shape }> = {
  name: 'expand',
  shape: ([x], { shape }) => {
    checkShape('expand', shape);
    if (!equalShapes(broadcastShapes('expand', x!.shape, shape), shape)) {
      throw new RangeError(`expand: ${describeShape(x!.shape)} does not repeat to ${describeShape(shape)}`);
    }
    return shape;
  },
  evaluate: ({ inputs, shape }, [x]) => broadcastValues(x!, inputs[0]!.shape, shape),
  native: { kind: 'element', text: ([x]) => x! },
  lower: ({ shape }, [x], writer) => writer.node('Expand', [x!, writer.integers(shape)]),
  vjp: ({ inputs }, cotangent) => [() => sumTo(cotangent, inputs[0]!.shape)],
};

/** Repeats axes of length 1, and new leading axes, to `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return equalShapes(x.shape, shape) ? x : createTensor(expandOperation, [x], { shape });
}
