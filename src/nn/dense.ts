import { add, matmul, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import { fanInUniform } from './initial.ts';

/**
 * x·Wᵀ + b: [batch, inputs] to [batch, features], with parameters `name.weight` [features, inputs] and `name.bias`.
 *
 * @example const logits = dense(nn, 'output', relu(dense(nn, 'hidden', inputs, 64)), 10);
 */
export function dense(nn: NetworkBuilder, name: string, x: Tensor, features: number): Tensor {
  const [, inputs] = x.shape;
  if (x.shape.length !== 2 || inputs === undefined) {
    throw new RangeError(`dense '${name}': expected [batch, inputs], got [${x.shape.join(', ')}]`);
  }
  const weight = nn.parameter(`${name}.weight`, [features, inputs], fanInUniform(inputs));
  const bias = nn.parameter(`${name}.bias`, [features], fanInUniform(inputs));
  return add(matmul(x, weight, { transposeB: true }), bias);
}
