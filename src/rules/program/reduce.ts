import type { ReductionOperation } from '../language/operation.ts';

/** Partial sums of a reduction. */
export const PARTIALS = 8;

/**
 * The number, in float64, that a reduction makes of the values of a tensor, which stand from `begin` to before `end`. The order of its
 * sums is that of {@link ReductionOperation}, and everybody's: of compiled steps in JavaScript and in C, whatever vectors that uses.
 */
export function reduce(
  { term, join, mean, root }: Pick<ReductionOperation, 'term' | 'join' | 'mean' | 'root'>,
  values: ArrayLike<number>,
  begin: number,
  end: number,
): number {
  const partials = Array.from({ length: PARTIALS }, () => 0);
  for (let i = begin; i < end; i++) {
    const x = values[i]!;
    const of = term === 'square' ? x * x : term === 'magnitude' ? Math.abs(x) : x;
    const k = (i - begin) % PARTIALS;
    partials[k] = join === 'sum' ? partials[k]! + of : Math.max(partials[k]!, of);
  }
  if (join === 'largest') return Math.max(...partials);
  for (let half = PARTIALS / 2; half >= 1; half /= 2) {
    for (let k = 0; k < half; k++) partials[k]! += partials[k + half]!;
  }
  const sum = partials[0]!;
  const share = mean ? sum / (end - begin) : sum;
  return root ? Math.sqrt(share) : share;
}

/** Where the tensors of a layout lie in a flat vector: tensor k from `bounds[k]` to before `bounds[k + 1]`. */
export type Bounds = readonly number[];

/** Calls `write` for every tensor. */
export function forEachTensor(
  bounds: Bounds,
  write: (tensor: number, begin: number, end: number) => void,
): void {
  for (let k = 0; k + 1 < bounds.length; k++) write(k, bounds[k]!, bounds[k + 1]!);
}
