import { reshape, type Tensor } from '../graph/index.ts';

/** [batch, …] to [batch, elements], row-major. */
export function flatten(x: Tensor): Tensor {
  const [batch, ...rest] = x.shape as readonly [number, ...number[]];
  return reshape(x, [batch, rest.reduce((a, b) => a * b, 1)]);
}
