import { describeShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { type Convolution2dOptions, convolution2d } from './convolution2d.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';
import { imageShape, paddingPair } from './window.ts';

export interface StridedConvolution2dOptions extends Convolution2dOptions {
  /** Pixels from one window to the next, down and across. */
  readonly stride: number;
}

/**
 * Cross-correlation of every `stride`-th window: x [batch, channels, height, width] and filters
 * w [filters, channels, kernel height, kernel width] to
 * [batch, filters, ⌊(height + 2·padding − kernel height) ÷ stride⌋ + 1, …].
 *
 * It is written as a convolution with stride 1 over the image's phases, the images of every `stride`-th pixel, side by
 * side as channels: so its derivatives of any order are those of a convolution.
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
  const [, , ...edges] = imageShape('stridedConvolution2d', x.shape);
  const [, , ...kernel] = imageShape('stridedConvolution2d', w.shape);
  const margins = paddingPair(padding);
  const [down, across] = [
    layOut(edges[0], kernel[0], margins[0], stride),
    layOut(edges[1], kernel[1], margins[1], stride),
  ];
  if (down.places < 1 || across.places < 1) {
    throw new RangeError(
      `stridedConvolution2d: filters ${describeShape(w.shape)} with padding ${describeShape(margins)} do not fit ${describeShape(x.shape)}`,
    );
  }
  return convolution2d(phasesOf(x, down, across), phasesOfFilters(w, down, across));
}

/** One side of an image, its height or its width. */
interface Side {
  readonly stride: number;
  readonly kernel: number;
  /** Zeros in front. */
  readonly before: number;
  /** Windows. */
  readonly places: number;
  /** Phases that a window sees: all, unless the kernel is smaller than the stride. */
  readonly phases: number;
  /** Pixels of a window in one phase. */
  readonly extent: number;
}

function layOut(edge: number, kernel: number, before: number, stride: number): Side {
  const places = Math.floor((edge + 2 * before - kernel) / stride) + 1;
  return {
    stride,
    kernel,
    before,
    places,
    phases: Math.min(kernel, stride),
    extent: Math.ceil(kernel / stride),
  };
}

/** [batch, channels, height, width] to [batch, channels · phases, pixels of a phase, …]. */
function phasesOf(x: Tensor, down: Side, across: Side): Tensor {
  const [batch, channels] = x.shape as readonly [number, number];
  const [rows, columns] = [down.places + down.extent - 1, across.places + across.extent - 1];
  const fitted = align(align(x, 2, down, rows), 3, across, columns);
  const split = reshape(fitted, [batch, channels, rows, down.stride, columns, across.stride]);
  const seen = slice(slice(split, 3, 0, down.phases), 5, 0, across.phases);
  const phases = down.phases * across.phases;
  return reshape(transpose(seen, [0, 1, 3, 5, 2, 4]), [batch, channels * phases, rows, columns]);
}

/** Zeros in front and behind, or pixels that no window sees left out, so that every phase has `pixels`. */
function align(x: Tensor, axis: number, { stride, before }: Side, pixels: number): Tensor {
  const edge = x.shape[axis] as number;
  const after = pixels * stride - before - edge;
  return pad(after < 0 ? slice(x, axis, 0, edge + after) : x, axis, before, Math.max(after, 0));
}

/** The filters for phases; what a phase has beyond the kernel is 0. */
function phasesOfFilters(w: Tensor, down: Side, across: Side): Tensor {
  const [filters, channels] = w.shape as readonly [number, number];
  const missing = ({ phases, extent, kernel }: Side): number => phases * extent - kernel;
  const whole = pad(pad(w, 2, 0, missing(down)), 3, 0, missing(across));
  const parts = [filters, channels, down.extent, down.phases, across.extent, across.phases];
  const turned = transpose(reshape(whole, parts), [0, 1, 3, 5, 2, 4]);
  return reshape(turned, [filters, channels * down.phases * across.phases, down.extent, across.extent]);
}
