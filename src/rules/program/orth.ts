import { normOf } from './reduce.ts';

/** The coefficients of the polynomial a·X + b·(X·Xᵀ)·X + c·(X·Xᵀ)²·X of a step, and how many steps there are (Jordan et al. 2024, Muon). */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const STEPS = 5;
const EPS = 1e-7;

type Values = Float32Array | Float64Array;

/**
 * Brings the singular values of a matrix near 1, by five steps of Newton and Schulz: of x over its norm + 1e-7, transposed if it has more
 * rows than columns. Every matrix on the way is of the precision of x. An entry of a product of two is a sum in float64, in the order of
 * the index that it is over, to which the rest of the formula is added before it is rounded. As the product of two float32 numbers is
 * exact in float64, the bits are the same with fused multiply-adds and without.
 *
 * @param x [rows, columns], which stays as it is.
 * @returns [rows, columns]
 */
export function orthogonalize<V extends Values>(x: V, rows: number, columns: number): V {
  const [n, m] = rows > columns ? [columns, rows] : [rows, columns];
  const zeros = (length: number): V => new (x.constructor as new (length: number) => V)(length);
  const round = x instanceof Float32Array ? Math.fround : (value: number) => value;
  const norm = round(normOf(x));
  const scale = round(norm + round(EPS));
  const start = rows > columns ? transposed(x, rows, columns, zeros(x.length)) : x;
  let matrix = zeros(x.length);
  for (let i = 0; i < matrix.length; i++) matrix[i] = start[i]! / scale;
  const [gram, polynomial] = [zeros(n * n), zeros(n * n)];
  for (let step = 0; step < STEPS; step++) {
    const [last, across] = [matrix, transposed(matrix, n, m, zeros(x.length))];
    product(last, across, [n, m, n], (i, sum) => {
      gram[i] = sum;
    });
    product(gram, gram, [n, n, n], (i, sum) => {
      polynomial[i] = B * gram[i]! + C * sum;
    });
    matrix = zeros(x.length);
    product(polynomial, last, [n, n, m], (i, sum) => {
      matrix[i] = A * last[i]! + sum;
    });
  }
  return rows > columns ? transposed(matrix, columns, rows, zeros(x.length)) : matrix;
}

/** [rows, columns] to [columns, rows]. */
function transposed<V extends Values>(x: V, rows: number, columns: number, out: V): V {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = x[r * columns + c]!;
  }
  return out;
}

/** Calls `write` with each entry, by its index, of the product of [rows, inner] and [inner, columns]. */
function product(
  a: Values,
  b: Values,
  [rows, inner, columns]: readonly [number, number, number],
  write: (i: number, sum: number) => void,
): void {
  const sums = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (let k = 0; k < inner; k++) {
      const factor = a[r * inner + k]!;
      const row = k * columns;
      for (let c = 0; c < columns; c++) sums[c]! += factor * b[row + c]!;
    }
    for (let c = 0; c < columns; c++) write(r * columns + c, sums[c]!);
  }
}
