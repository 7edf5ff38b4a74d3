import { createTensor, type Tensor } from '../tensor.ts';
import { scalar } from './constant.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';
import { defineUnary } from './unary.ts';
export const sqrtOperation = defineUnary({
  name: 'sqrt',
  onnx: 'Sqrt',
  compute: (x) => Math.sqrt(x),
  native: (x, width) => `sqrt_${width}(${x})`,
  vjp: (_x, cotangent, node) => div(mul(cotangent, scalar(0.5)), node),
});

/** The square root, element by element; NaN below 0. */
export function sqrt(x: Tensor): Tensor {
  return createTensor(sqrtOperation, [x], {});
}
