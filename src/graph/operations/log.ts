import { createTensor, type Tensor } from '../tensor.ts';
import { div } from './div.ts';
import { defineUnary } from './unary.ts';
export const logOperation = defineUnary({
  name: 'log',
  onnx: 'Log',
  compute: (x) => Math.log(x),
  native: (x, width) => `log_${width}(${x})`,
  vjp: (x, cotangent) => div(cotangent, x),
});

/** The natural logarithm, element by element; −∞ at 0, NaN below. */
export function log(x: Tensor): Tensor {
  return createTensor(logOperation, [x], {});
}
