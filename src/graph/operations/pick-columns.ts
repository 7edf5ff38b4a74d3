import { describeShape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { whole } from './gather-rows.ts';

export const pickColumnsOperation: Operation = {
  name: 'pickColumns',
  shape: ([x, indices]) => {
    const [rows] = x!.shape;
    if (x!.shape.length !== 2 || indices!.shape.length !== 1 || indices!.shape[0] !== rows) {
      throw new RangeError(
        `pickColumns: expected [rows, columns] and indices [rows], got ${describeShape(x!.shape)} and ${describeShape(indices!.shape)}`,
      );
    }
    return [rows as number];
  },
  evaluate: ({ inputs }, [x, indices]) => {
    const columns = inputs[0]!.shape[1] as number;
    return indices!.map((index, row) => x![row * columns + index] as number);
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *x, const float *indices, float *y, int rows, int columns) {
  for (int r = 0; r < rows; r++) y[r] = x[(long)r*columns + index_s(indices[r], columns, failed)];
}`,
    sizes: ({ inputs: [x] }) => [...x!.shape],
  },
  lower: ({ inputs, shape }, [x, indices], writer) => {
    const places = writer.node('Reshape', [
      whole(indices!, writer),
      writer.integers([inputs[1]!.shape[0] as number, 1]),
    ]);
    const picked = writer.node('GatherElements', [x!, places], { axis: 1 });
    return writer.node('Reshape', [picked, writer.integers(shape)]);
  },
  vjp: ({ inputs: [x, indices] }, cotangent) => [
    () => placeColumns(cotangent, indices!, x!.shape[1] as number),
    undefined,
  ],
};

export const placeColumnsOperation: Operation<{ readonly columns: number }> = {
  name: 'placeColumns',
  shape: ([values, indices], { columns }) => {
    if (values!.shape.length !== 1 || values!.shape[0] !== indices!.shape[0]) {
      throw new RangeError(
        `placeColumns: expected values and indices [rows], got ${describeShape(values!.shape)} and ${describeShape(indices!.shape)}`,
      );
    }
    return [values!.shape[0] as number, columns];
  },
  evaluate: ({ attributes: { columns }, shape }, [values, indices]) => {
    const out = new Float64Array(sizeOf(shape));
    values!.forEach((value, row) => {
      out[row * columns + (indices![row] as number)] = value;
    });
    return out;
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *values, const float *indices, float *y, int rows, int columns) {
  memset(y, 0, 4*(size_t)rows*columns);
  for (int r = 0; r < rows; r++) y[(long)r*columns + index_s(indices[r], columns, failed)] = values[r];
}`,
    sizes: ({ shape }) => [...shape],
  },
  lower: ({ shape }, [values, indices], writer) => {
    const column = writer.integers([shape[0] as number, 1]);
    const zeros = writer.node('ConstantOfShape', [writer.integers(shape)]);
    const places = writer.node('Reshape', [whole(indices!, writer), column]);
    const updates = writer.node('Reshape', [values!, column]);
    return writer.node('ScatterElements', [zeros, places, updates], { axis: 1 });
  },
  vjp: ({ inputs: [, indices] }, cotangent) => [() => pickColumns(cotangent, indices!), undefined],
};

/**
 * Picks from each row of x [rows, columns] the element in the column that `indices` [rows] names: [rows].
 * Indices are whole numbers in float32; they have no derivative.
 *
 * @example log-likelihood: pickColumns(logSoftmax(logits), targets)
 */
export function pickColumns(x: Tensor, indices: Tensor): Tensor {
  return createTensor(pickColumnsOperation, [x, indices], {});
}

/** The transpose of {@link pickColumns}: each value in its column of a row of zeros, [rows, columns]. */
export function placeColumns(values: Tensor, indices: Tensor, columns: number): Tensor {
  return createTensor(placeColumnsOperation, [values, indices], { columns });
}
