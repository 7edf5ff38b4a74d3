import { createTensor, type Tensor } from '../tensor.ts';
import { defineBinary } from './broadcast.ts';
import { share } from './maximum.ts';
import { mul } from './mul.ts';
export const minimumOperation = defineBinary({
  name: 'minimum',
  onnx: 'Min',
  compute: (a, b) => Math.min(a, b),
  native: (a, b, width) => `min_${width}(${a}, ${b})`,
  vjp: (a, b, cotangent) => [() => mul(cotangent, share(b, a)), () => mul(cotangent, share(a, b))],
});

/** The smaller of a and b element by element, broadcast. Where they are equal, each gets half of the cotangent. */
export function minimum(a: Tensor, b: Tensor): Tensor {
  return createTensor(minimumOperation, [a, b], {});
}
