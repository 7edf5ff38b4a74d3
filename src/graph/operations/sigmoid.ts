import { createTensor, type Tensor } from '../tensor.ts';
import { scalar } from './constant.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { defineUnary } from './unary.ts';
export const sigmoidOperation = defineUnary({
  name: 'sigmoid',
  onnx: 'Sigmoid',
  compute: (x) => 1 / (1 + Math.exp(-x)),
  native: (x, width) => `sigmoid_${width}(${x})`,
  vjp: (_x, cotangent, node) => mul(cotangent, mul(node, sub(scalar(1), node))),
});

/** 1 / (1 + e⁻ˣ), element by element. */
export function sigmoid(x: Tensor): Tensor {
  return createTensor(sigmoidOperation, [x], {});
}
