import { checkAxis, sizeOf, withAxis } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { attains } from './attains.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';
import { sum } from './sum.ts';

export const maxOverOperation: Operation<{ readonly axis: number }> = {
  name: 'maxOver',
  shape: ([x], { axis }) => {
    checkAxis('maxOver', x!.shape, axis);
    return withAxis(x!.shape, axis, 1);
  },
  evaluate: ({ inputs, attributes: { axis }, shape }, [x]) => {
    const length = inputs[0]!.shape[axis] as number;
    const inner = sizeOf(shape.slice(axis + 1));
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const first = Math.floor(i / inner) * length * inner + (i % inner);
      let largest = x![first] as number;
      for (let k = 1; k < length; k++) largest = Math.max(largest, x![first + k * inner] as number);
      return largest;
    });
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *x, float *y, int rows, int length, int inner) {
  (void)failed;
  for (int r = 0; r < rows; r++) for (int i = 0; i < inner; i++) {
    const float *first = x + (long)r*length*inner + i;
    float largest = first[0];
    for (int k = 1; k < length; k++) largest = max_s(largest, first[(long)k*inner]);
    y[(long)r*inner + i] = largest;
  }
}`,
    sizes: ({ inputs: [x], attributes: { axis }, shape }) => [
      sizeOf(shape.slice(0, axis)),
      x!.shape[axis]!,
      sizeOf(shape.slice(axis + 1)),
    ],
  },
  lower: ({ attributes: { axis } }, [x], writer) =>
    writer.node('ReduceMax', [x!, writer.integers([axis])], { keepdims: 1 }),
  vjp: (node, cotangent) => [
    () => {
      const largest = attains(node.inputs[0]!, node);
      const count = sum(largest, { axes: [node.attributes.axis], keepDims: true });
      return mul(largest, div(cotangent, count));
    },
  ],
};

/** The largest along one axis, which keeps length 1. Elements that tie for it share its cotangent equally. */
export function maxOver(x: Tensor, axis: number): Tensor {
  return createTensor(maxOverOperation, [x], { axis });
}
