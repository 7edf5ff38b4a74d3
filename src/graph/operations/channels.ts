import { sizeOf } from '../shape.ts';
import { isA, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { addAll } from './add-all.ts';
import { alongChannels, channelMeans, channelVariance } from './channel-variance.ts';
import { scalar } from './constant.ts';
import { convolution2d, convolution2dOperation } from './convolution2d.ts';
import { filterMatrix, isOfFewPatches, patchBlocks } from './convolution2d-of-data.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

export interface ChannelMoments {
  /** [channels]. */
  readonly mean: Tensor;
  /** [channels], over n, not n − 1. */
  readonly variance: Tensor;
}

/**
 * Mean and variance of each channel of x [batch, channels, …].
 *
 * A convolution of data is linear in the data's patches p, so that its moments follow from theirs, which depend on no
 * weight: E[w·p] = w·E[p], Var[w·p] = w·Cov[p]·wᵀ. Then neither they nor their gradients cost a pass over the result.
 */
export function channelMoments(x: Tensor): ChannelMoments {
  if (isA(x, convolution2dOperation) && isOfFewPatches(x, 1)) return momentsOfFiltered(x);
  return { mean: reshape(channelMeans(x), [x.shape[1] as number]), variance: channelVariance(x) };
}

/**
 * scale · x for each channel of x [batch, channels, …]; where x's moments do not need x, by scaling its filters, so that
 * x itself is never computed.
 */
export function scaleChannels(x: Tensor, scale: Tensor): Tensor {
  if (!isA(x, convolution2dOperation) || !isOfFewPatches(x, 1)) return mul(x, alongChannels(scale, x));
  const [image, filters] = x.inputs as [Tensor, Tensor];
  return convolution2d(
    image,
    mul(filters, reshape(scale, [scale.shape[0] as number, 1, 1, 1])),
    x.attributes,
  );
}

/** x + shift for each channel of x [batch, channels, …]. */
export function shiftChannels(x: Tensor, shift: Tensor): Tensor {
  return add(x, alongChannels(shift, x));
}

function momentsOfFiltered(x: Tensor<{ readonly padding: readonly [number, number] }>): ChannelMoments {
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
