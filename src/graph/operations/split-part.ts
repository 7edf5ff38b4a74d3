import { withAxis } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

export type SplitPartAttributes = {
  readonly axis: number;
  /** Lengths of all parts, in order. */
  readonly lengths: readonly number[];
  readonly part: number;
};

/** What slices that tile a tensor become just before lowering, one output of one Split each; not differentiated. */
export const splitPartOperation: Operation<SplitPartAttributes> = {
  name: 'splitPart',
  shape: ([x], { axis, lengths, part }) => withAxis(x!.shape, axis, lengths[part] as number),
  evaluate: ({ inputs: [x], attributes: { axis, lengths, part } }, values) => {
    const start = lengths.slice(0, part).reduce((a, b) => a + b, 0);
    const sliced = slice(x!, axis, start, start + (lengths[part] as number));
    return sliced.operation.evaluate(sliced, values);
  },
  native: {
    kind: 'view',
    view: ({ attributes: { axis, lengths, part }, shape }, { offset, strides }) => {
      const start = lengths.slice(0, part).reduce((a, b) => a + b, 0);
      return { shape, offset: offset + start * (strides[axis] as number), strides };
    },
  },
  lower: ({ attributes: { axis, lengths, part } }, [x], writer) =>
    writer.nodes('Split', [x!, writer.integers(lengths)], lengths.length, { axis })[part] as string,
};

/** Part number `part` of x cut into `lengths` along one axis. */
export function splitPart(x: Tensor, attributes: SplitPartAttributes): Tensor {
  return createTensor(splitPartOperation, [x], attributes);
}
