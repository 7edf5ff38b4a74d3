import { checkAxis, describeShape, stridesOf, withAxis } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { gather } from './broadcast.ts';
import { pad } from './pad.ts';

export interface SliceAttributes {
  readonly [name: string]: number;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

export const sliceOperation: Operation<SliceAttributes> = {
  name: 'slice',
  shape: ([x], { axis, start, end }) => {
    checkAxis('slice', x!.shape, axis);
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(end) ||
      start < 0 ||
      start >= end ||
      end > x!.shape[axis]!
    ) {
      throw new RangeError(
        `slice: expected 0 ≤ start < end ≤ ${x!.shape[axis]} on axis ${axis} of ${describeShape(x!.shape)}, got ${start} and ${end}`,
      );
    }
    return withAxis(x!.shape, axis, end - start);
  },
  evaluate: ({ inputs, attributes: { axis, start }, shape }, [x]) => {
    const strides = stridesOf(inputs[0]!.shape);
    return gather(x!, shape, strides, start * (strides[axis] as number));
  },
  native: {
    kind: 'view',
    view: ({ attributes: { axis, start }, shape }, { offset, strides }) => ({
      shape,
      offset: offset + start * (strides[axis] as number),
      strides,
    }),
  },
  lower: ({ attributes: { axis, start, end } }, [x], writer) =>
    writer.node('Slice', [x!, writer.integers([start]), writer.integers([end]), writer.integers([axis])]),
  vjp: ({ inputs, attributes: { axis, start, end } }, cotangent) => [
    () => pad(cotangent, axis, start, (inputs[0]!.shape[axis] as number) - end),
  ],
};

/** The elements from `start` up to and without `end` along one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const node = createTensor(sliceOperation, [x], { axis, start, end });
  return end - start === x.shape[axis] ? x : node;
}
