import { createTensor, type Tensor } from '../tensor.ts';
import { defineBinary } from './broadcast.ts';
import { neg } from './neg.ts';
export const subOperation = defineBinary({
  name: 'sub',
  onnx: 'Sub',
  compute: (a, b) => a - b,
  native: (a, b) => `${a} - ${b}`,
  vjp: (_a, _b, cotangent) => [() => cotangent, () => neg(cotangent)],
});

/** a − b element by element, broadcast. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return createTensor(subOperation, [a, b], {});
}
