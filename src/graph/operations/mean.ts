import { axesOf, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { scalar } from './constant.ts';
import { mul } from './mul.ts';
import { type ReduceOptions, sum } from './sum.ts';

/** The mean over `axes`. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = [...new Set(options.axes ?? axesOf(x.shape))];
  const total = sum(x, options);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  return mul(total, scalar(1 / count));
}
