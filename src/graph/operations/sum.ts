import { axesOf, checkAxis, type Shape, sizeOf, stridesOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { expand } from './expand.ts';
import { reshape } from './reshape.ts';

export interface ReduceOptions {
  /** The axes to reduce; all of them when left out. */
  readonly axes?: readonly number[];
  /** Keep reduced axes with length 1. Default false. */
  readonly keepDims?: boolean;
}

export const sumOperation: Operation<{ readonly axes: readonly number[]; readonly keepDims: boolean }> = {
  name: 'sum',
  shape: ([x], { axes, keepDims }) => {
    for (const axis of axes) checkAxis('sum', x!.shape, axis);
    return keepDims ? keptShape(x!.shape, axes) : x!.shape.filter((_, axis) => !axes.includes(axis));
  },
  evaluate: ({ inputs, attributes, shape }, [x]) => {
    const from = inputs[0]!.shape;
    const strides = stridesOf(keptShape(from, attributes.axes));
    const out = new Float64Array(sizeOf(shape));
    const steps = strides.map((stride, axis) => (attributes.axes.includes(axis) ? 0 : stride));
    const fromStrides = stridesOf(from);
    x!.forEach((value, i) => {
      let position = 0;
      for (let axis = 0; axis < from.length; axis++) {
        const index = Math.floor(i / (fromStrides[axis] as number)) % (from[axis] as number);
        position += index * (steps[axis] as number);
      }
      out[position] = (out[position] as number) + value;
    });
    return out;
  },
  native: { kind: 'sum', axes: ({ attributes }) => attributes.axes },
  lower: ({ attributes: { axes, keepDims } }, [x], writer) =>
    writer.node('ReduceSum', [x!, writer.integers(axes)], { keepdims: keepDims ? 1 : 0 }),
  vjp: ({ inputs, attributes }, cotangent) => [
    () => expand(reshape(cotangent, keptShape(inputs[0]!.shape, attributes.axes)), inputs[0]!.shape),
  ],
};

/** The sum over `axes`. */
export function sum(x: Tensor, { axes = axesOf(x.shape), keepDims = false }: ReduceOptions = {}): Tensor {
  const sorted = [...new Set(axes)].sort((a, b) => a - b);
  return sorted.length === 0 ? x : createTensor(sumOperation, [x], { axes: sorted, keepDims });
}

function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}
