/** Lengths of the axes of a tensor, outermost first; `[]` is a scalar. Static: known when the graph is built. */
export type Shape = readonly number[];

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** `[2, 3]`, as error messages show it. */
export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The distance in elements between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** @throws RangeError when a length is not a positive integer. */
export function checkShape(where: string, shape: Shape): void {
  if (!shape.every((length) => Number.isSafeInteger(length) && length > 0)) {
    throw new RangeError(`${where}: expected a shape of positive integers, got ${describeShape(shape)}`);
  }
}

/** @throws RangeError when `axis` is not an axis of `shape` (negative axes are not counted from the end). */
export function checkAxis(where: string, shape: Shape, axis: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    throw new RangeError(`${where}: expected an axis of ${describeShape(shape)}, got ${axis}`);
  }
}

/**
 * The shape of an element-wise operation on two shapes under NumPy's broadcasting: aligned at the last axis, an axis
 * of length 1 (or a missing one) is repeated.
 *
 * @throws RangeError when two lengths differ and neither is 1.
 */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(`${where}: shapes ${describeShape(a)} and ${describeShape(b)} do not broadcast`);
    }
    return Math.max(x, y);
  });
}

/** Replaces the length of one axis. */
export function withAxis(shape: Shape, axis: number, length: number): Shape {
  return shape.map((old, i) => (i === axis ? length : old));
}

/** The axes from `from` up to the rank. */
export function axesOf(shape: Shape): number[] {
  return shape.map((_, axis) => axis);
}
