import { concat, reshape, type Shape, slice, type Tensor } from '../graph/index.ts';

/** A named tensor's place in a flat vector. */
export interface Placed {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}

/** Puts tensors one after another. */
export function layOut(tensors: Iterable<readonly [name: string, shape: Shape]>): readonly Placed[] {
  let offset = 0;
  return [...tensors].map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const placed = { name, shape, offset, size };
    offset += size;
    return placed;
  });
}

export function totalSize(layout: readonly Placed[]): number {
  const last = layout.at(-1);
  return last === undefined ? 0 : last.offset + last.size;
}

/** The tensor that stands at a place of the flat vector. */
export function unpack(flat: Tensor, { shape, offset, size }: Placed): Tensor {
  return reshape(slice(flat, 0, offset, offset + size), shape);
}

/** The flat vector of tensors in the order of their places. */
export function pack(tensors: readonly Tensor[]): Tensor {
  return concat(
    tensors.map((x) => reshape(x, [x.shape.reduce((a, b) => a * b, 1)])),
    0,
  );
}
