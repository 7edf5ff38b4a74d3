import { createTensor, type Tensor } from '../tensor.ts';
import { heaviside } from './heaviside.ts';
import { mul } from './mul.ts';
import { defineUnary } from './unary.ts';
export const reluOperation = defineUnary({
  name: 'relu',
  onnx: 'Relu',
  compute: (x) => Math.max(x, 0),
  native: (x, width) => `relu_${width}(${x})`,
  vjp: (x, cotangent) => mul(cotangent, heaviside(x)),
});

/** max(x, 0), element by element; the derivative at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return createTensor(reluOperation, [x], {});
}
