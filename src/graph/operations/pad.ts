import { checkAxis, sizeOf, withAxis } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

export interface PadAttributes {
  readonly [name: string]: number;
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const padOperation: Operation<PadAttributes> = {
  name: 'pad',
  shape: ([x], { axis, before, after }) => {
    checkAxis('pad', x!.shape, axis);
    if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0) {
      throw new RangeError(`pad: expected counts of zeros from 0, got ${before} and ${after}`);
    }
    return withAxis(x!.shape, axis, (x!.shape[axis] as number) + before + after);
  },
  evaluate: ({ inputs, attributes: { axis, before }, shape }, [x]) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const from = (inputs[0]!.shape[axis] as number) * inner;
    const to = (shape[axis] as number) * inner;
    const out = new Float64Array(sizeOf(shape));
    for (let row = 0; row * from < x!.length; row++) {
      out.set(x!.subarray(row * from, (row + 1) * from), row * to + before * inner);
    }
    return out;
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *x, float *y, int rows, int from, int to, int start) {
  (void)failed;
  memset(y, 0, 4*(size_t)rows*to);
  for (int r = 0; r < rows; r++) memcpy(y + (long)r*to + start, x + (long)r*from, 4*(size_t)from);
}`,
    sizes: ({ inputs: [x], attributes: { axis, before }, shape }) => {
      const inner = sizeOf(shape.slice(axis + 1));
      return [sizeOf(shape.slice(0, axis)), x!.shape[axis]! * inner, shape[axis]! * inner, before * inner];
    },
  },
  lower: ({ attributes: { axis, before, after }, shape }, [x], writer) => {
    const counts = new Array<number>(2 * shape.length).fill(0);
    counts[axis] = before;
    counts[shape.length + axis] = after;
    return writer.node('Pad', [x!, writer.integers(counts)]);
  },
  vjp: ({ attributes: { axis, before, after }, shape }, cotangent) => [
    () => slice(cotangent, axis, before, (shape[axis] as number) - after),
  ],
};

/** Puts `before` zeros in front of and `after` zeros behind x along one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const node = createTensor(padOperation, [x], { axis, before, after });
  return before === 0 && after === 0 ? x : node;
}
