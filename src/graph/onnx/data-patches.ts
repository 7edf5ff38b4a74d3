import { addAll } from '../operations/add-all.ts';
import { channelVarianceOperation, otherAxes } from '../operations/channel-variance.ts';
import { concat } from '../operations/concat.ts';
import { constantOperation, scalar } from '../operations/constant.ts';
import { convolution2d, convolution2dOperation } from '../operations/convolution2d.ts';
import { expand } from '../operations/expand.ts';
import { matmul } from '../operations/matmul.ts';
import { maxOver } from '../operations/max-over.ts';
import { maxPool2dOperation } from '../operations/max-pool2d.ts';
import { mul, mulOperation } from '../operations/mul.ts';
import { patches } from '../operations/patches.ts';
import { relu } from '../operations/relu.ts';
import { reshape, reshapeOperation } from '../operations/reshape.ts';
import { slice } from '../operations/slice.ts';
import { sub } from '../operations/sub.ts';
import { sum, sumOperation } from '../operations/sum.ts';
import { imagesInCache, type Padding } from '../operations/window.ts';
import { equalShapes, sizeOf } from '../shape.ts';
import { createTensor, isA, type Tensor } from '../tensor.ts';
import { topologicalOrder } from '../topology.ts';

/*
 * A network's first convolution reads data: its image needs no cotangent, and has few channels, so that its patches are hardly larger than
 * its result. On onnxruntime it is fastest as a product of filters and patches. A convolution is linear in the data's patches p, so the
 * moments of its result follow from theirs, which depend on no weight: E[w·p] = w·E[p], Var[w·p] = w·Cov[p]·wᵀ. Then neither they nor
 * their gradients cost a pass over the result.
 *
 * This is done before a graph is differentiated, as the gradients of these forms are the cheap ones.
 */

type Convolution = Tensor<{ readonly padding: Padding }>;

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The graph of `outputs` with its convolutions of data formulated as onnxruntime runs them fastest. */
export function formulateByPatches(outputs: readonly Tensor[]): Tensor[] {
  const results = new Map<Tensor, Tensor>();
  const moments = new Map<Tensor, Moments>();
  const momentsOf = (x: Convolution): Moments => {
    const known = moments.get(x) ?? momentsOfFiltered(x);
    moments.set(x, known);
    return known;
  };
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((x) => results.get(x)!);
    const same = inputs.every((x, i) => x === node.inputs[i]);
    const copied = same ? node : createTensor(node.operation, inputs, node.attributes);
    results.set(node, formulated(copied, momentsOf) ?? copied);
  }
  return outputs.map((output) => results.get(output)!);
}

function formulated(node: Tensor, momentsOf: (x: Convolution) => Moments): Tensor | undefined {
  const [x] = node.inputs;
  if (isA(node, maxPool2dOperation) && isOfFewPatches(x!, 2)) {
    return maxPoolOfFiltered(x, node.attributes.size);
  }
  if (isA(node, channelVarianceOperation) && isOfFewPatches(x!, 1)) return momentsOf(x).variance;
  const averaged = meanedByChannel(node);
  if (averaged !== undefined && isOfFewPatches(averaged, 1)) return momentsOf(averaged).mean;
  return isA(node, mulOperation) && isOfFewPatches(x!, 1) ? scaledFilters(x, node.inputs[1]!) : undefined;
}

/** Whether x convolves a leaf of the graph, with patches of at most `share` times as many elements as x has channels. */
function isOfFewPatches(x: Tensor, share: number): x is Convolution {
  if (!isA(x, convolution2dOperation)) return false;
  const [image, filters] = x.inputs as [Tensor, Tensor];
  return image.inputs.length === 0 && sizeOf(filters.shape.slice(1)) <= share * (filters.shape[0] as number);
}

/** The x of which `node` is the mean of each channel, as `channelMoments` writes it. */
function meanedByChannel(node: Tensor): Tensor | undefined {
  const scaled = node.inputs[0];
  if (!isA(node, reshapeOperation) || scaled === undefined || !isA(scaled, mulOperation)) return undefined;
  const [total, factor] = scaled.inputs as [Tensor, Tensor];
  if (!isA(total, sumOperation) || !isA(factor, constantOperation)) return undefined;
  const x = total.inputs[0]!;
  const isMean = factor.attributes.values[0] === 1 / (sizeOf(x.shape) / (x.shape[1] ?? 1));
  const isByChannel =
    equalShapes(total.attributes.axes, otherAxes(x)) && equalShapes(node.shape, [x.shape[1] ?? 0]);
  return isMean && isByChannel ? x : undefined;
}

/** scale · x by channels, through x's filters: x itself is never computed. */
function scaledFilters(x: Convolution, factor: Tensor): Tensor | undefined {
  const [image, filters] = x.inputs as [Tensor, Tensor];
  const scale = factor.inputs[0];
  const channels = filters.shape[0] as number;
  if (!isA(factor, reshapeOperation) || !equalShapes(factor.shape, [channels, 1, 1])) return undefined;
  return convolution2d(image, mul(filters, reshape(scale!, [channels, 1, 1, 1])), x.attributes);
}

/**
 * The patches that x filters, as blocks of images: each [images, elements of a patch, places], places ordered by tiles.
 * A block's result fits into a core's second-level cache, so that a chain of operations on it does not wait for memory.
 */
function patchBlocks(x: Convolution, tile: number): readonly Tensor[] {
  const [image, filters] = x.inputs as [Tensor, Tensor];
  const kernel = filters.shape.slice(2) as readonly number[] as readonly [number, number];
  const batch = image.shape[0] as number;
  const size = imagesInCache(batch, sizeOf(x.shape.slice(1)));
  return Array.from({ length: batch / size }, (_, k) => {
    const images = slice(image, 0, k * size, (k + 1) * size);
    const p = patches(images, { kernel, padding: x.attributes.padding, tile });
    return reshape(p, [size, p.shape[1]!, sizeOf(p.shape.slice(2))]);
  });
}

/** The filters of x as rows: [filters, elements of a patch]. */
function filterMatrix(x: Convolution): Tensor {
  const filters = x.inputs[1]!;
  return reshape(filters, [filters.shape[0]!, sizeOf(filters.shape.slice(1))]);
}

/** The largest value of x in each tile of size × size: places in tile order make that a maximum over an axis. */
function maxPoolOfFiltered(x: Convolution, size: number): Tensor {
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  const w = filterMatrix(x);
  const area = size * size;
  const blocks = patchBlocks(x, size).map((p) => {
    const images = p.shape[0]!;
    const filtered = matmul(expand(w, [images, ...w.shape]), p);
    const tiles = reshape(filtered, [images, channels, area, (height * width) / area]);
    return reshape(maxOver(tiles, 2), [images, channels, height / size, width / size]);
  });
  return concat(blocks, 0);
}

function momentsOfFiltered(x: Convolution): Moments {
  // Tiles of 2 where they fit, to share the patches with 2×2 max-pooling; moments do not depend on the order.
  const even = x.shape.slice(2).every((length) => length % 2 === 0);
  const blocks = patchBlocks(x, even ? 2 : 1);
  const [, size, places] = blocks[0]!.shape as readonly [number, number, number];
  const perPlace = scalar(1 / (x.shape[0]! * places));
  const average = mul(addAll(blocks.map((p) => sum(p, { axes: [0, 2] }))), perPlace);
  const squares = blocks.map((p) => sum(matmul(p, p, { transposeB: true }), { axes: [0] }));
  const products = mul(addAll(squares), perPlace);
  const covariance = sub(products, mul(reshape(average, [size, 1]), average));
  const w = filterMatrix(x);
  return {
    mean: reshape(matmul(w, reshape(average, [size, 1])), [sizeOf(w.shape) / size]),
    // Rounding may leave a channel that hardly varies a little below zero.
    variance: relu(sum(mul(matmul(w, covariance), w), { axes: [1] })),
  };
}
