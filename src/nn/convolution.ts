import { convolution2d, shiftChannels, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import { fanInUniform } from './initial.ts';

export interface ConvolutionOptions {
  /** Filters. */
  readonly channels: number;
  /** Edge of the square kernel. */
  readonly kernel: number;
  /** Zeros added on every side. Default: what keeps the image's size (kernel − 1, halved; kernel odd). */
  readonly padding?: number;
  /** Adds `name.bias`. Default false: batch normalisation follows. */
  readonly bias?: boolean;
}

/**
 * A convolution with stride 1: [batch, depth, height, width] to [batch, channels, …], with the parameter
 * `name.weight` [channels, depth, kernel, kernel].
 */
export function convolution(
  nn: NetworkBuilder,
  name: string,
  x: Tensor,
  { channels, kernel, padding = Math.floor((kernel - 1) / 2), bias = false }: ConvolutionOptions,
): Tensor {
  const depth = x.shape[1];
  if (x.shape.length !== 4 || depth === undefined) {
    throw new RangeError(
      `convolution '${name}': expected [batch, channels, height, width], got [${x.shape.join(', ')}]`,
    );
  }
  const initial = fanInUniform(depth * kernel * kernel);
  const weight = nn.parameter(`${name}.weight`, [channels, depth, kernel, kernel], initial);
  const filtered = convolution2d(x, weight, { padding });
  return bias ? shiftChannels(filtered, nn.parameter(`${name}.bias`, [channels], initial)) : filtered;
}
