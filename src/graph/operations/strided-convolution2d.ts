import { MICROSOFT } from '../onnx/writer.ts';
import { describeShape, equalShapes, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { type Convolution2dOptions, convolution2d, visitProducts } from './convolution2d.ts';
import { lowerStridedPatches } from './patches.ts';
import { imageShape, onnxPads, type Padding, paddingPair, placesOf } from './window.ts';

/*
 * Of the products x·w = y that such a convolution sums up, each of the three operations here sums those of two of x, w, y to the
 * third, so that the derivatives of each are the other two.
 */

type Pair = readonly [number, number];
type Windows = {
  /** Pixels from one window to the next, down and across. */
  readonly stride: number;
  readonly padding: Padding;
};

const stridedConvolution2dOperation: Operation<Windows> = {
  name: 'stridedConvolution2d',
  shape: ([x, w], windows) => {
    const [batch, channels, ...image] = imageShape('stridedConvolution2d', x!.shape);
    const [filters, depth, ...kernel] = imageShape('stridedConvolution2d', w!.shape);
    if (depth !== channels || windows.padding.some((zeros, side) => zeros >= kernel[side]!)) {
      throw new RangeError(
        `stridedConvolution2d: filters ${describeShape(w!.shape)} with padding ${describeShape(windows.padding)} do not fit ${describeShape(x!.shape)}`,
      );
    }
    return [batch, filters, ...strided('stridedConvolution2d', image, kernel, windows)];
  },
  evaluate: ({ inputs: [x, w], attributes, shape }, [values, weights]) => {
    const out = new Float64Array(sizeOf(shape));
    visitProducts({ x: x!.shape, w: w!.shape, y: shape }, attributes, (iX, iW, iY) => {
      out[iY] = (out[iY] as number) + (values![iX] as number) * (weights![iW] as number);
    });
    return out;
  },
  native: { kind: 'convolution', direction: 'forward', windows: ({ attributes }) => attributes },
  lower: ({ inputs, attributes: { stride, padding } }, names, writer) =>
    writer.node('Conv', names, {
      kernel_shape: inputs[1]!.shape.slice(2),
      strides: [stride, stride],
      pads: onnxPads(padding),
    }),
  vjp: ({ inputs: [x, w], attributes }, cotangent) => [
    () => inputGradient(cotangent, w!, edges(x!), attributes),
    () => weightGradient(x!, cotangent, edges(w!), attributes),
  ],
};

const stridedInputGradientOperation: Operation<Windows & { readonly image: Pair }> = {
  name: 'stridedInputGradient',
  shape: ([g, w], { image, ...windows }) => {
    const [batch] = imageShape('stridedInputGradient', g!.shape);
    const [filters, channels, ...kernel] = imageShape('stridedInputGradient', w!.shape);
    const expected = [batch, filters, ...strided('stridedInputGradient', image, kernel, windows)];
    refuseOther('stridedInputGradient', g!, expected);
    return [batch, channels, ...image];
  },
  evaluate: ({ inputs: [g, w], attributes, shape }, [values, weights]) => {
    const out = new Float64Array(sizeOf(shape));
    visitProducts({ x: shape, w: w!.shape, y: g!.shape }, attributes, (iX, iW, iY) => {
      out[iX] = (out[iX] as number) + (values![iY] as number) * (weights![iW] as number);
    });
    return out;
  },
  native: { kind: 'convolution', direction: 'backward', windows: ({ attributes }) => attributes },
  lower: ({ inputs: [g, w], attributes: { stride, padding, image } }, names, writer) => {
    const kernel = edges(w!);
    const reached = edges(g!).map((places, i) => (places - 1) * stride + kernel[i]! - 2 * padding[i]!);
    return writer.node('ConvTranspose', names, {
      kernel_shape: kernel,
      strides: [stride, stride],
      pads: onnxPads(padding),
      // Pixels at the end that no window sees.
      output_padding: image.map((edge, i) => edge - reached[i]!),
    });
  },
  vjp: ({ inputs: [g, w], attributes: { stride, padding } }, cotangent) => [
    () => stridedConvolution2d(cotangent, w!, { stride, padding }),
    () => weightGradient(cotangent, g!, edges(w!), { stride, padding }),
  ],
};

const stridedWeightGradientOperation: Operation<Windows & { readonly kernel: Pair }> = {
  name: 'stridedWeightGradient',
  shape: ([x, g], { kernel, ...windows }) => {
    const [batch, channels, ...image] = imageShape('stridedWeightGradient', x!.shape);
    const [, filters] = imageShape('stridedWeightGradient', g!.shape);
    const expected = [batch, filters, ...strided('stridedWeightGradient', image, kernel, windows)];
    refuseOther('stridedWeightGradient', g!, expected);
    return [filters, channels, ...kernel];
  },
  evaluate: ({ inputs: [x, g], attributes, shape }, [values, cotangents]) => {
    const out = new Float64Array(sizeOf(shape));
    visitProducts({ x: x!.shape, w: shape, y: g!.shape }, attributes, (iX, iW, iY) => {
      out[iW] = (out[iW] as number) + (values![iX] as number) * (cotangents![iY] as number);
    });
    return out;
  },
  native: { kind: 'weightGradient', windows: ({ attributes }) => attributes },
  // The patches times g, image by image, then the sum over images.
  lower: (
    { inputs: [x, g], attributes: { kernel, padding, stride }, shape },
    [values, cotangents],
    writer,
  ) => {
    const [batch, filters, ...places] = g!.shape as readonly [number, number, number, number];
    const size = sizeOf(shape.slice(1));
    const flat = (of: string, to: readonly number[]) =>
      writer.node('Reshape', [of, writer.integers([batch, ...to, sizeOf(places)])]);
    const unfolded = lowerStridedPatches(values!, x!.shape, { kernel, padding, stride }, writer);
    const pairs = [flat(cotangents!, [filters]), flat(unfolded, [size])];
    const products = writer.node('FusedMatMul', pairs, { transB: 1 }, MICROSOFT);
    const total = writer.node('ReduceSum', [products, writer.integers([0])], { keepdims: 0 });
    return writer.node('Reshape', [total, writer.integers(shape)]);
  },
  vjp: ({ inputs: [x, g], attributes: { stride, padding } }, cotangent) => [
    () => inputGradient(g!, cotangent, edges(x!), { stride, padding }),
    () => stridedConvolution2d(x!, cotangent, { stride, padding }),
  ],
};

export interface StridedConvolution2dOptions extends Convolution2dOptions {
  /** Pixels from one window to the next, down and across. */
  readonly stride: number;
}

/**
 * Cross-correlation of every `stride`-th window: x [batch, channels, height, width] and filters
 * w [filters, channels, kernel height, kernel width] to
 * [batch, filters, ⌊(height + 2·padding − kernel height) ÷ stride⌋ + 1, …].
 */
export function stridedConvolution2d(
  x: Tensor,
  w: Tensor,
  { stride, padding = 0 }: StridedConvolution2dOptions,
): Tensor {
  if (!Number.isInteger(stride) || stride < 1) {
    throw new RangeError(`stridedConvolution2d: expected a stride of 1 or more, got ${stride}`);
  }
  if (stride === 1) return convolution2d(x, w, { padding });
  return createTensor(stridedConvolution2dOperation, [x, w], { stride, padding: paddingPair(padding) });
}

function inputGradient(g: Tensor, w: Tensor, image: Pair, { stride, padding }: Windows): Tensor {
  return createTensor(stridedInputGradientOperation, [g, w], { stride, padding, image });
}

function weightGradient(x: Tensor, g: Tensor, kernel: Pair, { stride, padding }: Windows): Tensor {
  return createTensor(stridedWeightGradientOperation, [x, g], { stride, padding, kernel });
}

function edges({ shape }: Tensor): Pair {
  return [shape[2] as number, shape[3] as number];
}

function strided(where: string, image: Pair, kernel: Pair, { stride, padding }: Windows): readonly number[] {
  return placesOf(where, image, kernel, padding).map((places) => Math.ceil(places / stride));
}

function refuseOther(where: string, { shape }: Tensor, expected: readonly number[]): void {
  if (equalShapes(shape, expected)) return;
  throw new RangeError(`${where}: expected ${describeShape(expected)}, got ${describeShape(shape)}`);
}
