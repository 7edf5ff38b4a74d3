import { checkAxis, describeShape, equalShapes, sizeOf, withAxis } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

export const concatOperation: Operation<{ readonly axis: number }> = {
  name: 'concat',
  shape: (inputs, { axis }) => {
    const first = inputs[0];
    if (first === undefined) throw new RangeError('concat: expected at least one tensor');
    checkAxis('concat', first.shape, axis);
    for (const x of inputs) {
      if (!equalShapes(withAxis(x.shape, axis, 1), withAxis(first.shape, axis, 1))) {
        throw new RangeError(
          `concat: ${describeShape(first.shape)} and ${describeShape(x.shape)} differ outside axis ${axis}`,
        );
      }
    }
    return withAxis(
      first.shape,
      axis,
      lengths(inputs, axis).reduce((a, b) => a + b),
    );
  },
  evaluate: ({ inputs, attributes: { axis }, shape }, values) => {
    const out = new Float64Array(sizeOf(shape));
    const inner = sizeOf(shape.slice(axis + 1));
    const rowSize = (shape[axis] as number) * inner;
    let offset = 0;
    inputs.forEach((x, i) => {
      const size = (x.shape[axis] as number) * inner;
      for (let row = 0; row * rowSize < out.length; row++) {
        out.set(values[i]!.subarray(row * size, (row + 1) * size), row * rowSize + offset);
      }
      offset += size;
    });
    return out;
  },
  native: { kind: 'concat', axis: ({ attributes }) => attributes.axis },
  lower: ({ attributes: { axis } }, inputs, writer) => writer.node('Concat', inputs, { axis }),
  vjp: ({ inputs, attributes: { axis } }, cotangent) => {
    let end = 0;
    return lengths(inputs, axis).map((length) => {
      const start = end;
      end += length;
      return () => slice(cotangent, axis, start, start + length);
    });
  },
};

/** Joins tensors along one axis; the other axes must agree. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  const node = createTensor(concatOperation, xs, { axis });
  return xs.length === 1 ? (xs[0] as Tensor) : node;
}

function lengths(inputs: readonly Tensor[], axis: number): readonly number[] {
  return inputs.map((x) => x.shape[axis] as number);
}
