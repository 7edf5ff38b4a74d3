import { createTensor, type Tensor } from '../tensor.ts';
import { defineBinary } from './broadcast.ts';

export const addOperation = defineBinary({
  name: 'add',
  onnx: 'Add',
  compute: (a, b) => a + b,
  native: (a, b) => `${a} + ${b}`,
  vjp: (_a, _b, cotangent) => [() => cotangent, () => cotangent],
});

/** a + b element by element, broadcast. */
export function add(a: Tensor, b: Tensor): Tensor {
  return createTensor(addOperation, [a, b], {});
}
