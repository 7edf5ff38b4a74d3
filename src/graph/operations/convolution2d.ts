import { describeShape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { convolution2dWeightGradient } from './convolution2d-weight-gradient.ts';
import { rotateKernel } from './rotate-kernel.ts';
import { imageShape, onnxPads, type Padding, paddingPair, placesOf } from './window.ts';

export interface Convolution2dOptions {
  /** Zeros added on every side, or [top and bottom, left and right]; less than the kernel's size. Default 0. */
  readonly padding?: number | Padding;
}

export const convolution2dOperation: Operation<{ readonly padding: Padding }> = {
  name: 'convolution2d',
  shape: ([x, w], { padding }) => {
    const [batch, channels, height, width] = imageShape('convolution2d', x!.shape);
    const [filters, depth, kernelHeight, kernelWidth] = imageShape('convolution2d', w!.shape);
    if (depth !== channels || padding[0] >= kernelHeight || padding[1] >= kernelWidth) {
      throw new RangeError(
        `convolution2d: filters ${describeShape(w!.shape)} with padding ${describeShape(padding)} do not fit ${describeShape(x!.shape)}`,
      );
    }
    const kernel = [kernelHeight, kernelWidth] as const;
    return [batch, filters, ...placesOf('convolution2d', [height, width], kernel, padding)];
  },
  evaluate: ({ inputs, attributes, shape }, [x, w]) => {
    const out = new Float64Array(sizeOf(shape));
    const dimensions = { x: inputs[0]!.shape, w: inputs[1]!.shape, y: shape };
    visitProducts(dimensions, attributes, (iX, iW, iY) => {
      out[iY] = (out[iY] as number) + (x![iX] as number) * (w![iW] as number);
    });
    return out;
  },
  native: {
    kind: 'convolution',
    direction: 'forward',
    windows: ({ attributes: { padding } }) => ({ stride: 1, padding }),
  },
  lower: ({ inputs, attributes: { padding } }, names, writer) =>
    writer.node('Conv', names, { kernel_shape: inputs[1]!.shape.slice(2), pads: onnxPads(padding) }),
  vjp: ({ inputs, attributes: { padding } }, cotangent) => {
    const [x, w] = inputs as [Tensor, Tensor];
    const kernel = w.shape.slice(2) as readonly number[] as readonly [number, number];
    return [
      // A convolution again; faster than ConvTranspose.
      () => convolution2d(cotangent, rotateKernel(w), { padding: fullPadding(kernel, padding) }),
      () => convolution2dWeightGradient(x, cotangent, kernel, padding),
    ];
  },
};

/**
 * Cross-correlation with stride 1, as networks use it: x [batch, channels, height, width] and filters
 * w [filters, channels, kernel height, kernel width] to [batch, filters, height + 2·padding − kernel height + 1, …].
 */
export function convolution2d(x: Tensor, w: Tensor, { padding = 0 }: Convolution2dOptions = {}): Tensor {
  return createTensor(convolution2dOperation, [x, w], { padding: paddingPair(padding) });
}

/** The padding under which the convolution with the rotated kernel is the transpose of a convolution. */
export function fullPadding([height, width]: readonly [number, number], padding: Padding): Padding {
  return [height - 1 - padding[0], width - 1 - padding[1]];
}

interface Dimensions {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
}

/** Calls `visit` with the positions in x, w and y of every product x·w that a convolution adds to y. */
export function visitProducts(
  { x, w, y }: Dimensions,
  { padding: [down, across], stride = 1 }: { readonly padding: Padding; readonly stride?: number },
  visit: (iX: number, iW: number, iY: number) => void,
): void {
  const [, channels, height, width] = x as readonly [number, number, number, number];
  const [filters, , kernelHeight, kernelWidth] = w as readonly [number, number, number, number];
  const [batch, , rows, columns] = y as readonly [number, number, number, number];
  const total = sizeOf([batch, filters, channels, kernelHeight, kernelWidth]);
  for (let index = 0; index < total; index++) {
    const j = index % kernelWidth;
    const i = Math.floor(index / kernelWidth) % kernelHeight;
    const c = Math.floor(index / (kernelWidth * kernelHeight)) % channels;
    const f = Math.floor(index / (kernelWidth * kernelHeight * channels)) % filters;
    const n = Math.floor(index / (kernelWidth * kernelHeight * channels * filters));
    const iW = ((f * channels + c) * kernelHeight + i) * kernelWidth + j;
    for (let row = 0; row < rows; row++) {
      const pixelRow = row * stride + i - down;
      if (pixelRow < 0 || pixelRow >= height) continue;
      for (let column = 0; column < columns; column++) {
        const pixelColumn = column * stride + j - across;
        if (pixelColumn < 0 || pixelColumn >= width) continue;
        const iX = ((n * channels + c) * height + pixelRow) * width + pixelColumn;
        visit(iX, iW, ((n * filters + f) * rows + row) * columns + column);
      }
    }
  }
}
