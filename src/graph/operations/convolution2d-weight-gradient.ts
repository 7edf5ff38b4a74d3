import { MICROSOFT, type OnnxWriter } from '../onnx/writer.ts';
import { describeShape, equalShapes, type Shape, sizeOf, withAxis } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { convolution2d, fullPadding, visitProducts } from './convolution2d.ts';
import { lowerPatches } from './patches.ts';
import { rotateKernel } from './rotate-kernel.ts';
import { imageShape, imagesInCache, type Padding, placesOf } from './window.ts';

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
    visitProducts(dimensions, attributes, (iX, iW, iY) => {
      out[iW] = (out[iW] as number) + (x![iX] as number) * (g![iY] as number);
    });
    return out;
  },
  native: { kind: 'weightGradient', windows: ({ attributes: { padding } }) => ({ stride: 1, padding }) },
  lower: ({ inputs, attributes, shape }, [x, g], writer) => {
    const [batch, , ...places] = inputs[1]!.shape as readonly [number, number, number, number];
    const [filters, channels, height, width] = imageShape('convolution2dWeightGradient', shape);
    const ofPatches = channels * height * width;
    const ofShifts = channels * width + filters * height;
    const lowerImages = ofPatches <= ofShifts ? lowerByPatches : lowerByShifts;
    // A few images at a time, so that the copies are read again while they are in cache.
    const images = imagesInCache(batch, Math.min(ofPatches, ofShifts) * sizeOf(places));
    const [xShape, gShape] = inputs.map((input) => withAxis(input.shape, 0, images)) as [Shape, Shape];
    const gBlocks = blocks(g!, batch / images, writer);
    const sums = blocks(x!, batch / images, writer).map((block, k) =>
      lowerImages({ x: block, xShape, g: gBlocks[k]!, gShape, ...attributes }, writer),
    );
    return sums.length === 1 ? (sums[0] as string) : writer.node('Sum', sums);
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

/** A block of the images, and the operation's attributes. */
interface Images {
  readonly kernel: readonly [number, number];
  readonly padding: Padding;
  readonly x: string;
  readonly xShape: Shape;
  readonly g: string;
  readonly gShape: Shape;
}

/** Patches of x times g, image by image, then the sum over images. For few channels: 9 copies of x, none of g. */
function lowerByPatches({ x, xShape, g, gShape, kernel, padding }: Images, writer: OnnxWriter): string {
  const [, filters, ...places] = gShape as readonly [number, number, number, number];
  const channels = xShape[1] as number;
  const unfolded = lowerPatches(x, xShape, { kernel, padding, tile: 1 }, writer);
  const left = flattened(unfolded, [xShape[0]!, channels * sizeOf(kernel), sizeOf(places)], writer);
  const right = flattened(g, [xShape[0]!, filters, sizeOf(places)], writer);
  const turned = writer.node('Transpose', [sumOfProducts(left, right, writer)], { perm: [1, 0] });
  return flattened(turned, [filters, channels, ...kernel], writer);
}

/**
 * The kernel's columns as shifted copies of x, its rows as shifted copies of g, and all pairs by one matrix product an
 * image: with as many filters as channels, 6 copies where patches take 9.
 */
function lowerByShifts({ x, xShape, g, gShape, kernel, padding }: Images, writer: OnnxWriter): string {
  const [images, filters, rows, columns] = gShape as readonly [number, number, number, number];
  const [channels, [height, width]] = [xShape[1] as number, kernel];
  const acrossX = lowerPatches(x, xShape, { kernel: [1, width], padding, tile: 1 }, writer);
  const downward = { kernel: [height, 1], padding: [height - 1, 0], tile: 1 } as const;
  const downG = lowerPatches(g, gShape, downward, writer);
  const length = (rows + height - 1) * columns;
  const left = flattened(downG, [images, filters * height, length], writer);
  const right = flattened(acrossX, [images, channels * width, length], writer);
  const products = sumOfProducts(left, right, writer);
  const parts = flattened(products, [filters, height, channels, width], writer);
  // A copy of g moved down by i rows meets row height − 1 − i of the kernel.
  const upwards = [[-1], [-(2 ** 31)], [1], [-1]].map((values) => writer.integers(values));
  return writer.node('Transpose', [writer.node('Slice', [parts, ...upwards])], { perm: [0, 2, 1, 3] });
}

/** Σ over images of a [images, m, k] × b [images, n, k]ᵀ. */
function sumOfProducts(a: string, b: string, writer: OnnxWriter): string {
  const products = writer.node('FusedMatMul', [a, b], { transB: 1 }, MICROSOFT);
  return writer.node('ReduceSum', [products, writer.integers([0])], { keepdims: 0 });
}

function flattened(x: string, shape: Shape, writer: OnnxWriter): string {
  return writer.node('Reshape', [x, writer.integers(shape)]);
}

/** x cut into `count` equal parts along the batch. */
function blocks(x: string, count: number, writer: OnnxWriter): readonly string[] {
  return count === 1 ? [x] : writer.nodes('Split', [x], count, { axis: 0, num_outputs: count });
}
