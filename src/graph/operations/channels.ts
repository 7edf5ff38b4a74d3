import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { alongChannels, channelMeans, channelVariance } from './channel-variance.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';

export interface ChannelMoments {
  /** [channels]. */
  readonly mean: Tensor;
  /** [channels], over n, not n − 1. */
  readonly variance: Tensor;
}

/** Mean and variance of each channel of x [batch, channels, …]. */
export function channelMoments(x: Tensor): ChannelMoments {
  return { mean: reshape(channelMeans(x), [x.shape[1] as number]), variance: channelVariance(x) };
}

/** scale · x for each channel of x [batch, channels, …]. */
export function scaleChannels(x: Tensor, scale: Tensor): Tensor {
  return mul(x, alongChannels(scale, x));
}

/** x + shift for each channel of x [batch, channels, …]. */
export function shiftChannels(x: Tensor, shift: Tensor): Tensor {
  return add(x, alongChannels(shift, x));
}
