import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { defineUnary } from './unary.ts';

export const heavisideOperation: Operation = {
  ...defineUnary({ name: 'heaviside', onnx: 'HardSigmoid', compute: (x) => (x > 0 ? 1 : 0) }),
  // clamp(2^100·x, 0, 1): exact but for 0 < x < 2^-100. Greater and Cast are several times slower.
  lower: (_node, inputs, writer) =>
    writer.node('HardSigmoid', inputs, { alpha: { float: 2 ** 100 }, beta: { float: 0 } }),
};

/** 1 where x > 0, else 0; zero derivative. */
export function heaviside(x: Tensor): Tensor {
  return createTensor(heavisideOperation, [x], {});
}
