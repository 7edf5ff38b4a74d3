import { MICROSOFT } from '../onnx/writer.ts';
import { describeShape, equalShapes, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';

export interface MatmulOptions {
  /** Use the transpose of the last two axes of a. */
  readonly transposeA?: boolean;
  /** Use the transpose of the last two axes of b. */
  readonly transposeB?: boolean;
}

export const matmulOperation: Operation<Required<MatmulOptions>> = {
  name: 'matmul',
  shape: ([a, b], { transposeA, transposeB }) => {
    const [m, inner] = rowsAndColumns(a!.shape, transposeA);
    const [other, n] = rowsAndColumns(b!.shape, transposeB);
    const batch = a!.shape.slice(0, -2);
    if (inner !== other || !equalShapes(batch, b!.shape.slice(0, -2))) {
      const text = (x: Tensor, transposed: boolean) => `${describeShape(x.shape)}${transposed ? 'ᵀ' : ''}`;
      throw new RangeError(`matmul: shapes do not fit: ${text(a!, transposeA)} × ${text(b!, transposeB)}`);
    }
    return [...batch, m, n];
  },
  evaluate: ({ inputs, attributes, shape }, [a, b]) =>
    multiply(a!, b!, rowsAndColumns(inputs[0]!.shape, attributes.transposeA)[1], attributes, shape),
  native: { kind: 'product', transposed: ({ attributes }) => [attributes.transposeA, attributes.transposeB] },
  lower: ({ attributes: { transposeA, transposeB }, shape }, inputs, writer) => {
    if (!transposeA && !transposeB) return writer.node('MatMul', inputs);
    const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    return shape.length === 2
      ? writer.node('Gemm', inputs, flags)
      : writer.node('FusedMatMul', inputs, flags, MICROSOFT);
  },
  vjp: ({ inputs, attributes: { transposeA, transposeB } }, g) => {
    const [a, b] = inputs as [Tensor, Tensor];
    return [
      () =>
        transposeA
          ? matmul(b, g, { transposeA: transposeB, transposeB: true })
          : matmul(g, b, { transposeB: !transposeB }),
      () =>
        transposeB
          ? matmul(g, a, { transposeA: true, transposeB: transposeA })
          : matmul(a, g, { transposeA: !transposeA }),
    ];
  },
};

/** The product of matrices [.., m, k] × [.., k, n] → [.., m, n]; leading axes must be equal. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  return createTensor(matmulOperation, [a, b], { transposeA, transposeB });
}

function rowsAndColumns(shape: Shape, transposed: boolean): readonly [number, number] {
  if (shape.length < 2)
    throw new RangeError(`matmul: expected two axes or more, got ${describeShape(shape)}`);
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

function multiply(
  a: Float64Array,
  b: Float64Array,
  inner: number,
  { transposeA, transposeB }: Required<MatmulOptions>,
  shape: Shape,
): Float64Array {
  const [m, n] = shape.slice(-2) as [number, number];
  const out = new Float64Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) {
    const column = i % n;
    const row = Math.floor(i / n) % m;
    const batch = Math.floor(i / (m * n));
    const [startA, stepA] = transposeA ? [row, m] : [row * inner, 1];
    const [startB, stepB] = transposeB ? [column * inner, 1] : [column, n];
    let total = 0;
    for (let k = 0; k < inner; k++) {
      const left = a[batch * m * inner + startA + k * stepA] as number;
      total += left * (b[batch * n * inner + startB + k * stepB] as number);
    }
    out[i] = total;
  }
  return out;
}
