import { createTensor, type Tensor } from '../tensor.ts';
import { defineBinary } from './broadcast.ts';

export const mulOperation = defineBinary({
  name: 'mul',
  onnx: 'Mul',
  compute: (a, b) => a * b,
  native: (a, b) => `${a} * ${b}`,
  vjp: (a, b, cotangent) => [() => mul(cotangent, b), () => mul(cotangent, a)],
});

/** a · b element by element, broadcast. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return createTensor(mulOperation, [a, b], {});
}
