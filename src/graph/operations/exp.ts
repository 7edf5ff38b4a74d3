import { createTensor, type Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { defineUnary } from './unary.ts';
export const expOperation = defineUnary({
  name: 'exp',
  onnx: 'Exp',
  compute: (x) => Math.exp(x),
  native: (x, width) => `exp_${width}(${x})`,
  vjp: (_x, cotangent, node) => mul(cotangent, node),
});

/** eˣ, element by element. */
export function exp(x: Tensor): Tensor {
  return createTensor(expOperation, [x], {});
}
