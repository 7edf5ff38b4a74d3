import type { OnnxWriter } from '../onnx/writer.ts';
import { describeShape, equalShapes, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { checkTiles, imageShape, onnxPads, type Padding, paddingPair, placesOf } from './window.ts';

export interface PatchesAttributes {
  readonly [name: string]: number | readonly number[];
  /** [height, width] of a patch. */
  readonly kernel: readonly [number, number];
  readonly padding: Padding;
  /** Edge of the square tiles by which places are ordered; 1 is raster order. */
  readonly tile: number;
}

export const patchesOperation: Operation<PatchesAttributes> = {
  name: 'patches',
  shape: ([x], attributes) => patchesShape(x!.shape, attributes),
  evaluate: ({ inputs, attributes, shape }, [x]) => {
    const out = new Float64Array(sizeOf(shape));
    visitPatches(inputs[0]!.shape, attributes, (iX, iPatch) => {
      out[iPatch] = x![iX] as number;
    });
    return out;
  },
  lower: ({ inputs, attributes }, [x], writer) => lowerPatches(x!, inputs[0]!.shape, attributes, writer),
  vjp: ({ inputs, attributes }, cotangent) => [
    () => createTensor(foldPatchesOperation, [cotangent], { ...attributes, shape: inputs[0]!.shape }),
  ],
};

/** The transpose of `patches`: adds every patch to its place in an image of shape `shape`. */
export const foldPatchesOperation: Operation<PatchesAttributes & { readonly shape: Shape }> = {
  name: 'foldPatches',
  shape: ([y], attributes) => {
    const expected = patchesShape(attributes.shape, attributes);
    if (!equalShapes(y!.shape, expected)) {
      throw new RangeError(
        `foldPatches: expected ${describeShape(expected)}, got ${describeShape(y!.shape)}`,
      );
    }
    return attributes.shape;
  },
  evaluate: ({ attributes, shape }, [y]) => {
    const out = new Float64Array(sizeOf(shape));
    visitPatches(shape, attributes, (iX, iPatch) => {
      out[iX] = (out[iX] as number) + (y![iPatch] as number);
    });
    return out;
  },
  lower: ({ attributes, shape }, [y], writer) => {
    const { filters, options, grid } = selection(shape, attributes, writer);
    const images = writer.node('Reshape', [y!, writer.integers(grid)]);
    return writer.node('ConvTranspose', [images, filters], options);
  },
  vjp: ({ attributes: { kernel, padding, tile } }, cotangent) => [
    () => createTensor(patchesOperation, [cotangent], { kernel, padding, tile }),
  ],
};

export interface PatchesOptions {
  /** [height, width] of a patch. */
  readonly kernel: readonly [number, number];
  /** Zeros added on every side, or [top and bottom, left and right]. Default 0. */
  readonly padding?: number | Padding;
  /** Edge of the tiles by which places are ordered. Default 1. */
  readonly tile?: number;
}

/**
 * Every patch of images x [batch, channels, height, width], so that convolution is a matrix product:
 * [batch, channels·kernel height·kernel width, tile², places / tile²]. Places are grouped by their position inside
 * tiles of tile × tile, so that max-pooling a convolution is a maximum over an axis.
 *
 * @throws RangeError when the places do not divide into tiles.
 */
export function patches(x: Tensor, { kernel, padding = 0, tile = 1 }: PatchesOptions): Tensor {
  return createTensor(patchesOperation, [x], { kernel, padding: paddingPair(padding), tile });
}

function patchesShape(shape: Shape, { kernel, padding, tile }: PatchesAttributes): Shape {
  const [batch, channels, height, width] = imageShape('patches', shape);
  const places = placesOf('patches', [height, width], kernel, padding);
  checkTiles('patches', [batch, channels, ...places], tile);
  return [batch, channels * sizeOf(kernel), tile * tile, sizeOf(places) / (tile * tile)];
}

/** Formulated as a convolution whose every filter selects one element of a window: faster than slices and concatenation. */
export function lowerPatches(
  x: string,
  shape: Shape,
  attributes: PatchesAttributes,
  writer: OnnxWriter,
): string {
  const { filters, options } = selection(shape, attributes, writer);
  const images = writer.node('Conv', [x, filters], options);
  return writer.node('Reshape', [images, writer.integers(patchesShape(shape, attributes))]);
}

/** Every `stride`-th patch of x [batch, channels, …], down and across: [batch, channels·kernel height·kernel width, …]. */
export function lowerStridedPatches(
  x: string,
  shape: Shape,
  { stride, ...windows }: Pick<PatchesAttributes, 'kernel' | 'padding'> & { readonly stride: number },
  writer: OnnxWriter,
): string {
  const { filters, options } = selection(shape, { ...windows, tile: 1 }, writer);
  return writer.node('Conv', [x, filters], { ...options, strides: [stride, stride] });
}

/** The filters of that convolution, its attributes and the shape of its result. */
function selection(shape: Shape, { kernel, padding, tile }: PatchesAttributes, writer: OnnxWriter) {
  const [batch, channels, height, width] = imageShape('patches', shape);
  const window = [kernel[0] + tile - 1, kernel[1] + tile - 1] as const;
  const area = window[0] * window[1];
  const count = channels * sizeOf(kernel) * tile * tile;
  const selected = new Float32Array(count * area);
  for (let filter = 0; filter < count; filter++) {
    const [i, j, p, q] = kernelAndTile(filter, kernel, tile);
    selected[filter * area + (i + p) * window[1] + j + q] = 1;
  }
  const places = placesOf('patches', [height, width], kernel, padding);
  return {
    filters: writer.floats(selected, [count, 1, ...window]),
    options: { kernel_shape: window, strides: [tile, tile], pads: onnxPads(padding), group: channels },
    grid: [batch, count, places[0] / tile, places[1] / tile],
  };
}

/** Splits a row number of patches [.. kernel height, kernel width, tile, tile]. */
function kernelAndTile(
  row: number,
  [height, width]: readonly [number, number],
  tile: number,
): readonly [i: number, j: number, p: number, q: number] {
  const element = Math.floor(row / (tile * tile));
  return [Math.floor(element / width) % height, element % width, Math.floor(row / tile) % tile, row % tile];
}

/** Calls `visit` with the positions in the image and in the patches of every element of every patch. */
function visitPatches(
  shape: Shape,
  { kernel, padding, tile }: PatchesAttributes,
  visit: (iX: number, iPatch: number) => void,
): void {
  const [batch, channels, height, width] = imageShape('patches', shape);
  const places = placesOf('patches', [height, width], kernel, padding);
  const [down, across] = [places[0] / tile, places[1] / tile];
  const rows = channels * sizeOf(kernel) * tile * tile;
  for (let at = 0; at < batch * rows * down * across; at++) {
    const row = Math.floor(at / (down * across)) % rows;
    const image = Math.floor(at / (down * across * rows));
    const channel = Math.floor(row / (rows / channels));
    const [i, j, p, q] = kernelAndTile(row, kernel, tile);
    const y = (Math.floor(at / across) % down) * tile + p + i - padding[0];
    const x = (at % across) * tile + q + j - padding[1];
    if (y < 0 || x < 0 || y >= height || x >= width) continue;
    visit(((image * channels + channel) * height + y) * width + x, at);
  }
}
