import { createTensor, type Tensor } from '../tensor.ts';
import { defineBinary } from './broadcast.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
export const divOperation = defineBinary({
  name: 'div',
  onnx: 'Div',
  compute: (a, b) => a / b,
  native: (a, b) => `${a} / ${b}`,
  vjp: (_a, b, cotangent, node) => [() => div(cotangent, b), () => neg(div(mul(cotangent, node), b))],
});

/** a / b element by element, broadcast; division by zero as in IEEE 754. */
export function div(a: Tensor, b: Tensor): Tensor {
  return createTensor(divOperation, [a, b], {});
}
