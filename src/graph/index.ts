export { expand } from './operations/expand.ts';
export { mul } from './operations/mul.ts';
export { reshape } from './operations/reshape.ts';
export { sum } from './operations/sum.ts';
export type { Shape } from './shape.ts';
export type { Attributes, Operation, Tensor } from './tensor.ts';
