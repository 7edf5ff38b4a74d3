import { shiftChannels, stridedConvolution2d, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import { fanInUniform, type Initial } from './initial.ts';

export interface ConvolutionOptions {
  /** Filters. */
  readonly channels: number;
  /** Edge of the square kernel. */
  readonly kernel: number;
  /** Zeros added on every side. Default: what keeps the image's size (kernel − 1, halved; kernel odd). */
  readonly padding?: number;
  /** Pixels from one window to the next. Default 1. */
  readonly stride?: number;
  /** Adds `name.bias`. Default false: batch normalisation follows. */
  readonly bias?: boolean;
  /** How the filters start, given a window's size. Default {@link fanInUniform}. */
  readonly initial?: (fanIn: number) => Initial;
}

/**
 * A convolution: [batch, depth, height, width] to [batch, channels, …], with the parameter
 * `name.weight` [channels, depth, kernel, kernel].
 */
export function convolution(
  nn: NetworkBuilder,
  name: string,
  x: Tensor,
  options: ConvolutionOptions,
): Tensor {
  const { channels, kernel, padding = Math.floor((kernel - 1) / 2), stride = 1, bias = false } = options;
  const depth = x.shape[1];
  if (x.shape.length !== 4 || depth === undefined) {
    throw new RangeError(
      `convolution '${name}': expected [batch, channels, height, width], got [${x.shape.join(', ')}]`,
    );
  }
  const fanIn = depth * kernel * kernel;
  const initial = (options.initial ?? fanInUniform)(fanIn);
  const weight = nn.parameter(`${name}.weight`, [channels, depth, kernel, kernel], initial);
  const filtered = stridedConvolution2d(x, weight, { stride, padding });
  return bias
    ? shiftChannels(filtered, nn.parameter(`${name}.bias`, [channels], fanInUniform(fanIn)))
    : filtered;
}
