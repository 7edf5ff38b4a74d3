import { createTensor, type Tensor } from '../tensor.ts';
import { defineUnary } from './unary.ts';

export const negOperation = defineUnary({
  name: 'neg',
  onnx: 'Neg',
  compute: (x) => -x,
  native: (x) => `-${x}`,
  vjp: (_x, cotangent) => neg(cotangent),
});

/** −x, element by element. */
export function neg(x: Tensor): Tensor {
  return createTensor(negOperation, [x], {});
}
