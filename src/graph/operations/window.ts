import { describeShape, type Shape } from '../shape.ts';

/** Zeros added on both sides of height and width. */
export type Padding = readonly [height: number, width: number];

export function paddingPair(padding: number | Padding): Padding {
  return typeof padding === 'number' ? [padding, padding] : [padding[0], padding[1]];
}

/** @throws RangeError when `shape` is not [batch, channels, height, width]. */
export function imageShape(where: string, shape: Shape): readonly [number, number, number, number] {
  if (shape.length !== 4) {
    throw new RangeError(`${where}: expected [batch, channels, height, width], got ${describeShape(shape)}`);
  }
  return shape as readonly number[] as readonly [number, number, number, number];
}

/** The numbers of places where a kernel of `kernel` = [height, width] fits into an image, by stride 1. */
export function placesOf(
  where: string,
  [height, width]: readonly [number, number],
  [kernelHeight, kernelWidth]: readonly [number, number],
  [down, across]: Padding,
): readonly [number, number] {
  const places = [height + 2 * down - kernelHeight + 1, width + 2 * across - kernelWidth + 1] as const;
  const valid = [down, across].every((count) => Number.isInteger(count) && count >= 0);
  if (!valid || places[0] < 1 || places[1] < 1) {
    const kernel = describeShape([kernelHeight, kernelWidth]);
    const image = describeShape([height, width]);
    throw new RangeError(
      `${where}: a kernel ${kernel} with padding ${describeShape([down, across])} does not fit ${image}`,
    );
  }
  return places;
}

/** ONNX's order: top, left, bottom, right. */
export function onnxPads([down, across]: Padding): readonly number[] {
  return [down, across, down, across];
}

/** @throws RangeError when height and width are not multiples of `factor`. */
export function checkTiles(where: string, shape: Shape, factor: number): void {
  const [, , height, width] = imageShape(where, shape);
  if (!Number.isInteger(factor) || factor < 1 || height % factor !== 0 || width % factor !== 0) {
    throw new RangeError(
      `${where}: height and width of ${describeShape(shape)} are not multiples of ${factor}`,
    );
  }
}

/** What fits, with its operands, into a second-level cache of 1 to 2 MiB: 768 KiB of float32 elements. */
const CACHE_ELEMENTS = 3 * 2 ** 16;

/** How many images of `size` elements to treat at a time: a divisor of the batch whose images stay in cache, or 1. */
export function imagesInCache(batch: number, size: number): number {
  let images = Math.max(1, Math.min(batch, Math.floor(CACHE_ELEMENTS / size)));
  while (batch % images !== 0) images--;
  return images;
}
