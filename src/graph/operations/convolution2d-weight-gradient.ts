import { MICROSOFT, type OnnxWriter } from '../onnx/writer.ts';
import { describeShape, equalShapes, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { convolution2d, fullPadding, visitProducts } from './convolution2d.ts';
import { lowerPatches } from './patches.ts';
import { rotateKernel } from './rotate-kernel.ts';
import { imageShape, type Padding, placesOf } from './window.ts';

interface Attributes {
  readonly [name: string]: readonly number[];
  readonly kernel: readonly [number, number];
  readonly padding: Padding;
}

export const convolution2dWeightGradientOperation: Operation<Attributes> = {
  name: 'convolution2dWeightGradient',
  shape: ([x, g], { kernel, padding }) => {
    const [batch, channels, height, width] = imageShape('convolution2dWeightGradient', x!.shape);
    const [, filters] = imageShape('convolution2dWeightGradient', g!.shape);
    const places = placesOf('convolution2dWeightGradient', [height, width], kernel, padding);
    if (!equalShapes(g!.shape, [batch, filters, ...places])) {
      throw new RangeError(
        `convolution2dWeightGradient: ${describeShape(g!.shape)} is not a result for ${describeShape(x!.shape)}`,
      );
    }
    return [filters, channels, ...kernel];
  },
  evaluate: ({ inputs, attributes, shape }, [x, g]) => {
    const out = new Float64Array(sizeOf(shape));
    const dimensions = { x: inputs[0]!.shape, w: shape, y: inputs[1]!.shape };
    visitProducts(dimensions, attributes.padding, (iX, iW, iY) => {
      out[iW] = (out[iW] as number) + (x![iX] as number) * (g![iY] as number);
    });
    return out;
  },
  lower: (node, names, writer) => {
    const [filters, channels, height, width] = imageShape('convolution2dWeightGradient', node.shape);
    const copiedByPatches = channels * height * width;
    const copiedByShifts = channels * width + filters * height;
    return copiedByPatches <= copiedByShifts
      ? lowerByPatches(node, names, writer)
      : lowerByShifts(node, names, writer);
  },
  vjp: ({ inputs, attributes: { kernel, padding } }, cotangent) => {
    const [x, g] = inputs as [Tensor, Tensor];
    return [
      () => convolution2d(g, rotateKernel(cotangent), { padding: fullPadding(kernel, padding) }),
      () => convolution2d(x, cotangent, { padding }),
    ];
  },
};

/**
 * The filters' cotangent [filters, channels, kernel height, kernel width] of a convolution of x
 * [batch, channels, height, width], from the result's cotangent g [batch, filters, …].
 */
export function convolution2dWeightGradient(
  x: Tensor,
  g: Tensor,
  kernel: readonly [number, number],
  padding: Padding,
): Tensor {
  return createTensor(convolution2dWeightGradientOperation, [x, g], { kernel, padding });
}

/** Patches of x times g, image by image, then the sum over images. For few channels: 9 copies of x, none of g. */
function lowerByPatches(
  { inputs, attributes, shape }: Tensor<Attributes>,
  [x, g]: readonly string[],
  writer: OnnxWriter,
): string {
  const [filters, channels, ...kernel] = shape as readonly [number, number, number, number];
  const [batch, , ...places] = inputs[1]!.shape as readonly [number, number, number, number];
  const rows = channels * sizeOf(kernel);
  const unfolded = lowerPatches(x!, inputs[0]!.shape, { ...attributes, tile: 1 }, writer);
  const left = writer.node('Reshape', [unfolded, writer.integers([batch, rows, sizeOf(places)])]);
  const right = writer.node('Reshape', [g!, writer.integers([batch, filters, sizeOf(places)])]);
  const turned = writer.node('Transpose', [sumOfProducts(left, right, writer)], { perm: [1, 0] });
  return writer.node('Reshape', [turned, writer.integers(shape)]);
}

/**
 * The kernel's columns as shifted copies of x, its rows as shifted copies of g, and all pairs by one matrix product an
 * image: with as many filters as channels, 6 copies where patches take 9.
 */
function lowerByShifts(
  { inputs, attributes: { padding }, shape }: Tensor<Attributes>,
  [x, g]: readonly string[],
  writer: OnnxWriter,
): string {
  const [filters, channels, height, width] = shape as readonly [number, number, number, number];
  const [batch, , rows, columns] = inputs[1]!.shape as readonly [number, number, number, number];
  const [, , , imageWidth] = inputs[0]!.shape as readonly [number, number, number, number];
  const length = (rows + height - 1) * columns;
  const shiftedX = range(width).map((j) => {
    const left = padding[1] - j;
    const right = columns - left - imageWidth;
    return padded(x!, [0, 0, padding[0], left, 0, 0, padding[0], right], writer);
  });
  const stackedX = writer.node('Concat', shiftedX, { axis: 1 });
  const stackedG = shiftedRows(g!, inputs[1]!.shape, height, writer);
  const left = writer.node('Reshape', [stackedG, writer.integers([batch, height * filters, length])]);
  const right = writer.node('Reshape', [stackedX, writer.integers([batch, width * channels, length])]);
  const products = sumOfProducts(left, right, writer);
  const parts = writer.node('Reshape', [products, writer.integers([height, filters, width, channels])]);
  return writer.node('Transpose', [parts], { perm: [1, 3, 0, 2] });
}

/** `count` copies of g, copy i with i rows of zeros above and count − 1 − i below, along the channels. */
function shiftedRows(g: string, shape: Shape, count: number, writer: OnnxWriter): string {
  const [batch, filters, rows, columns] = shape as readonly [number, number, number, number];
  const flat = writer.node('Reshape', [g, writer.integers([batch, filters * rows, columns])]);
  const withZeros = padded(flat, [0, 1, 0, 0, 0, 0], writer); // row 0 is zeros
  const indices = range(count).flatMap((i) =>
    range(filters).flatMap((f) =>
      range(rows + count - 1).map((row) => {
        const from = row - i;
        return from < 0 || from >= rows ? 0 : 1 + f * rows + from;
      }),
    ),
  );
  return writer.node('Gather', [withZeros, writer.integers(indices)], { axis: 1 });
}

/** Σ over the batch of a [batch, m, k] × b [batch, n, k]ᵀ. */
function sumOfProducts(a: string, b: string, writer: OnnxWriter): string {
  const products = writer.node('FusedMatMul', [a, b], { transB: 1 }, MICROSOFT);
  return writer.node('ReduceSum', [products, writer.integers([0])], { keepdims: 0 });
}

/** Negative counts cut off. */
function padded(x: string, counts: readonly number[], writer: OnnxWriter): string {
  return writer.node('Pad', [x, writer.integers(counts)]);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
