import { createTensor, type Tensor } from '../tensor.ts';
import { scalar } from './constant.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { defineUnary } from './unary.ts';
export const tanhOperation = defineUnary({
  name: 'tanh',
  onnx: 'Tanh',
  compute: (x) => Math.tanh(x),
  native: (x, width) => `tanh_${width}(${x})`,
  vjp: (_x, cotangent, node) => mul(cotangent, sub(scalar(1), mul(node, node))),
});

/** The hyperbolic tangent, element by element. */
export function tanh(x: Tensor): Tensor {
  return createTensor(tanhOperation, [x], {});
}
