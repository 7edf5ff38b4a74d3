import type { ReductionOperation } from '../language/operation.ts';

/** Partial sums of a reduction. */
export const PARTIALS = 8;

type Reduction = Pick<ReductionOperation, 'term' | 'join' | 'mean' | 'root'>;

/** A tensor among the weights, from `begin` to before `end`. */
interface Part {
  readonly begin: number;
  readonly end: number;
}

/**
 * Writes what a reduction makes of `values` to every place of `out`: a number per tensor, or one for all. It is computed in float64, in the
 * order of {@link ReductionOperation}, which is everybody's: of compiled steps in JavaScript and in C, whatever vectors that uses.
 */
export function reduceInto(
  out: { fill(value: number, begin?: number, end?: number): unknown },
  operation: Reduction & Pick<ReductionOperation, 'over'>,
  values: ArrayLike<number>,
  tensors: readonly Part[],
): void {
  const finished = (joined: number, begin: number, end: number) =>
    out.fill(finish(operation, joined, end - begin), begin, end);
  if (operation.over === 'tensor') {
    for (const { begin, end } of tensors) finished(joinedOf(operation, values, begin, end), begin, end);
    return;
  }
  let all = 0;
  for (const { begin, end } of tensors) {
    const joined = joinedOf(operation, values, begin, end);
    all = operation.join === 'sum' ? all + joined : Math.max(all, joined);
  }
  finished(all, 0, tensors.at(-1)?.end ?? 0);
}

/** The sum, or the largest, of the values from `begin` to before `end`. */
function joinedOf({ term, join }: Reduction, values: ArrayLike<number>, begin: number, end: number): number {
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
  return partials[0]!;
}

function finish({ join, mean, root }: Reduction, joined: number, count: number): number {
  if (join === 'largest') return joined;
  const share = mean ? joined / count : joined;
  return root ? Math.sqrt(share) : share;
}

/** Where the tensors of a layout lie in a flat vector: tensor k from `bounds[k]` to before `bounds[k + 1]`. */
export type Bounds = readonly number[];

/** The tensors between bounds. */
export const partsOf = (bounds: Bounds): readonly Part[] =>
  bounds.slice(1).map((end, k) => ({ begin: bounds[k]!, end }));
