import type { OnnxWriter } from '../onnx/writer.ts';
import { describeShape, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';

export const gatherRowsOperation: Operation = {
  name: 'gatherRows',
  shape: ([table, indices]) => {
    const columns = columnsOf('gatherRows', table!.shape);
    return [rowsOf('gatherRows', indices!.shape), columns];
  },
  evaluate: ({ inputs, shape }, [table, indices]) => {
    const [, columns] = shape as readonly [number, number];
    const out = new Float64Array(sizeOf(shape));
    indices!.forEach((index, row) => {
      checkIndex('gatherRows', index, inputs[0]!.shape);
      out.set(table!.subarray(index * columns, (index + 1) * columns), row * columns);
    });
    return out;
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *table, const float *indices, float *y, int rows, int columns, int count) {
  for (int r = 0; r < rows; r++) {
    const int i = index_s(indices[r], count, failed);
    memcpy(y + (long)r*columns, table + (long)i*columns, 4*(size_t)columns);
  }
}`,
    sizes: ({ inputs: [table], shape: [rows, columns] }) => [rows!, columns!, table!.shape[0]!],
  },
  lower: (_node, [table, indices], writer) =>
    writer.node('Gather', [table!, whole(indices!, writer)], { axis: 0 }),
  vjp: ({ inputs: [table, indices] }, cotangent) => [
    () => scatterRows(cotangent, indices!, table!.shape[0] as number),
    undefined,
  ],
};

export const scatterRowsOperation: Operation<{ readonly count: number }> = {
  name: 'scatterRows',
  shape: ([rows, indices], { count }) => {
    const columns = columnsOf('scatterRows', rows!.shape);
    if (rows!.shape[0] !== rowsOf('scatterRows', indices!.shape)) {
      throw new RangeError(
        `scatterRows: ${describeShape(rows!.shape)} has another number of rows than indices ${describeShape(indices!.shape)}`,
      );
    }
    return [count, columns];
  },
  evaluate: ({ shape }, [rows, indices]) => {
    const [, columns] = shape as readonly [number, number];
    const out = new Float64Array(sizeOf(shape));
    indices!.forEach((index, row) => {
      checkIndex('scatterRows', index, shape);
      for (let column = 0; column < columns; column++) {
        const at = index * columns + column;
        out[at] = (out[at] as number) + (rows![row * columns + column] as number);
      }
    });
    return out;
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *rows, const float *indices, float *y, int count, int columns, int total) {
  memset(y, 0, 4*(size_t)total*columns);
  for (int r = 0; r < count; r++) {
    float *to = y + (long)index_s(indices[r], total, failed)*columns;
    for (int c = 0; c < columns; c++) to[c] += rows[(long)r*columns + c];
  }
}`,
    sizes: ({ inputs: [rows], shape: [total, columns] }) => [rows!.shape[0]!, columns!, total!],
  },
  lower: ({ inputs, shape }, [rows, indices], writer) => {
    const zeros = writer.node('ConstantOfShape', [writer.integers(shape)]);
    const places = writer.node('Reshape', [
      whole(indices!, writer),
      writer.integers([inputs[1]!.shape[0] as number, 1]),
    ]);
    return writer.node('ScatterND', [zeros, places, rows!], { reduction: 'add' });
  },
  vjp: ({ inputs: [, indices] }, cotangent) => [() => gatherRows(cotangent, indices!), undefined],
};

/**
 * The rows of a table [rows, columns] at `indices` [n], as [n, columns]; the same row as often as it is asked for.
 * Indices are whole numbers in float32, so up to 2²⁴; they have no derivative.
 *
 * @example embedding: gatherRows(table, tokens)
 */
export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  return createTensor(gatherRowsOperation, [table, indices], {});
}

/** The transpose of {@link gatherRows}: rows [n, columns] added up at their indices, as [count, columns]. */
export function scatterRows(rows: Tensor, indices: Tensor, count: number): Tensor {
  return createTensor(scatterRowsOperation, [rows, indices], { count });
}

function columnsOf(name: string, shape: Shape): number {
  const [, columns] = shape;
  if (shape.length === 2 && columns !== undefined) return columns;
  throw new RangeError(`${name}: expected [rows, columns], got ${describeShape(shape)}`);
}

function rowsOf(name: string, shape: Shape): number {
  const [rows] = shape;
  if (shape.length === 1 && rows !== undefined) return rows;
  throw new RangeError(`${name}: expected indices [n], got ${describeShape(shape)}`);
}

function checkIndex(name: string, index: number, [rows]: Shape): void {
  if (Number.isInteger(index) && index >= 0 && index < (rows as number)) return;
  throw new RangeError(`${name}: expected an index from 0 to ${(rows as number) - 1}, got ${index}`);
}

/** Indices as ONNX wants them: int64. */
export function whole(indices: string, writer: OnnxWriter): string {
  return writer.node('Cast', [indices], { to: 7 });
}
