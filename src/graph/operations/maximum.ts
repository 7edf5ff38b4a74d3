import { createTensor, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { defineBinary } from './broadcast.ts';
import { scalar } from './constant.ts';
import { heaviside } from './heaviside.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
export const maximumOperation = defineBinary({
  name: 'maximum',
  onnx: 'Max',
  compute: (a, b) => Math.max(a, b),
  native: (a, b, width) => `max_${width}(${a}, ${b})`,
  vjp: (a, b, cotangent) => [() => mul(cotangent, share(a, b)), () => mul(cotangent, share(b, a))],
});

/** The larger of a and b element by element, broadcast. Where they are equal, each gets half of the cotangent. */
export function maximum(a: Tensor, b: Tensor): Tensor {
  return createTensor(maximumOperation, [a, b], {});
}

/** 1 where a > b, 0 where a < b, ½ where they are equal. */
export function share(a: Tensor, b: Tensor): Tensor {
  const difference = sub(heaviside(sub(a, b)), heaviside(sub(b, a)));
  return mul(add(difference, scalar(1)), scalar(0.5));
}
