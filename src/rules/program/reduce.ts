import type { ReductionOperation } from '../language/operation.ts';

/** Partial sums of a reduction. */
export const PARTIALS = 8;

type Reduction = Pick<ReductionOperation, 'term' | 'join' | 'mean' | 'root'>;

/** A tensor as a matrix, from `begin` to before `end` among the weights, row after row. */
export interface Matrix {
  readonly begin: number;
  readonly end: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Writes what a reduction makes of `values` to every place of `out`: a number per tensor, row or column, or one for all. It is computed in
 * float64, in the order of {@link ReductionOperation}, which is everybody's: of compiled steps in JavaScript and in C, whatever vectors that
 * uses.
 */
export function reduceInto(
  out: Float32Array | Float64Array,
  operation: Reduction & Pick<ReductionOperation, 'over'>,
  values: ArrayLike<number>,
  tensors: readonly Matrix[],
): void {
  if (operation.over === 'network') reduceNetwork(out, operation, values, tensors);
  else for (const tensor of tensors) REDUCE[operation.over](out, operation, values, tensor);
}

function reduceNetwork(
  out: Float32Array | Float64Array,
  operation: Reduction,
  values: ArrayLike<number>,
  tensors: readonly Matrix[],
): void {
  let all = 0;
  for (const { begin, end } of tensors) {
    const joined = joinedOf(operation, values, begin, end);
    all = operation.join === 'sum' ? all + joined : Math.max(all, joined);
  }
  out.fill(finish(operation, all, tensors.at(-1)?.end ?? 0));
}

/** How a tensor is reduced. */
const REDUCE: Readonly<
  Record<
    Exclude<ReductionOperation['over'], 'network'>,
    (
      out: Float32Array | Float64Array,
      operation: Reduction,
      values: ArrayLike<number>,
      tensor: Matrix,
    ) => void
  >
> = {
  tensor: (out, operation, values, { begin, end }) =>
    out.fill(finish(operation, joinedOf(operation, values, begin, end), end - begin), begin, end),
  row: (out, operation, values, { begin, rows, columns }) => {
    for (let r = 0; r < rows; r++) {
      const [first, last] = [begin + r * columns, begin + (r + 1) * columns];
      out.fill(finish(operation, joinedOf(operation, values, first, last), columns), first, last);
    }
  },
  column: (out, operation, values, { begin, end, rows, columns }) => {
    for (let c = 0; c < columns; c++) {
      const value = finish(operation, joinedOf(operation, values, begin + c, end, columns), rows);
      for (let i = begin + c; i < end; i += columns) out[i] = value;
    }
  },
};

/** The root of the sum of the squares of all values, in float64. */
export const normOf = (values: ArrayLike<number>): number =>
  Math.sqrt(joinedOf({ term: 'square', join: 'sum', mean: false, root: true }, values, 0, values.length));

/** The sum, or the largest, of the values from `begin` to before `end`, `apart` from one another. */
function joinedOf(
  { term, join }: Reduction,
  values: ArrayLike<number>,
  begin: number,
  end: number,
  apart = 1,
): number {
  const partials = Array.from({ length: PARTIALS }, () => 0);
  for (let i = begin, n = 0; i < end; i += apart, n++) {
    const x = values[i]!;
    const of = term === 'square' ? x * x : term === 'magnitude' ? Math.abs(x) : x;
    const k = n % PARTIALS;
    partials[k] = join === 'sum' ? partials[k]! + of : Math.max(partials[k]!, of);
  }
  if (join === 'largest') return Math.max(...partials);
  for (let half = PARTIALS / 2; half >= 1; half /= 2) {
    for (let k = 0; k < half; k++) partials[k]! += partials[k + half]!;
  }
  return partials[0]!;
}

function finish({ join, mean, root }: Reduction, joined: number, count: number): number {
  if (join === 'largest') return joined;
  const share = mean ? joined / count : joined;
  return root ? Math.sqrt(share) : share;
}

/** Where the tensors of a layout lie in a flat vector: tensor k from `bounds[k]` to before `bounds[k + 1]`. */
export type Bounds = readonly number[];

/** The values at one weight of each tensor, row or column, of what all their weights share. */
export function firstOfEach(
  values: ArrayLike<number>,
  extent: 'tensor' | 'row' | 'column',
  { begin, rows, columns }: Matrix,
): readonly number[] {
  const count = { tensor: 1, row: rows, column: columns }[extent];
  return Array.from({ length: count }, (_, k) => values[begin + k * (extent === 'row' ? columns : 1)]!);
}

/** Writes a value for each tensor, row or column to all their weights. */
export function spread(
  values: ArrayLike<number>,
  extent: 'tensor' | 'row' | 'column',
  { begin, rows, columns }: Matrix,
  out: Float32Array | Float64Array,
): void {
  let i = begin;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[i++] = values[{ tensor: 0, row: r, column: c }[extent]]!;
  }
}
