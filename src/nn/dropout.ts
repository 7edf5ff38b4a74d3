import { type Arrays, mul, reshape, type Shape, type Tensor } from '../graph/index.ts';
import { deriveKey, foldIn, type Key, threefry2x32 } from '../random/index.ts';
import type { NetworkBuilder } from './builder.ts';

/** Random zeros and ones, divided by the share of ones, that a training step is fed with. */
export interface Mask {
  /** Name of the input of the training graph. */
  readonly name: string;
  /** [batch, …]. */
  readonly shape: Shape;
  /** The probability that an element is not 0. */
  readonly keep: number;
}

/**
 * Dropout (Srivastava et al. 2014): in training every element of x [batch, …] is 0 with probability `rate` and else divided by
 * 1 − rate; in evaluation x stays. The zeros come from outside: see {@link fillMask}. A rate of 0 is no dropout at all.
 *
 * @throws RangeError for a rate that is not from 0 to 1, 1 excluded.
 */
export function dropout(nn: NetworkBuilder, name: string, x: Tensor, rate: number): Tensor {
  checkRate(name, rate);
  if (rate === 0 || nn.mode === 'evaluation') return x;
  return mul(x, nn.mask(name, x.shape, 1 - rate));
}

/**
 * Dropout of a sequence x [steps·batch, features], the same zeros in every step of a sentence (Gal & Ghahramani 2016). Row
 * t·batch + b is step t of sentence b.
 *
 * @throws RangeError as {@link dropout}.
 */
export function sequenceDropout(
  nn: NetworkBuilder,
  name: string,
  x: Tensor,
  { batch, rate }: { readonly batch: number; readonly rate: number },
): Tensor {
  checkRate(name, rate);
  if (rate === 0 || nn.mode === 'evaluation') return x;
  const [rows, features] = x.shape as readonly [number, number];
  const steps = reshape(x, [rows / batch, batch, features]);
  return reshape(mul(steps, nn.mask(name, [batch, features], 1 - rate)), x.shape);
}

function checkRate(name: string, rate: number): void {
  if (!(rate >= 0 && rate < 1))
    throw new RangeError(`dropout '${name}': expected a rate in [0, 1), got ${rate}`);
}

/** When a mask is drawn, and for which examples, in the order of the batch. */
export interface MaskMoment {
  readonly seed: number;
  readonly step: number;
  readonly examples: Uint32Array;
}

/**
 * Draws a mask: each example's part is a function of the seed, the step, the mask's name and the example alone, wherever in the batch
 * it stands.
 *
 * @param out Flat, of the size of the mask.
 */
export function fillMask({ name, shape, keep }: Mask, moment: MaskMoment, out: Float32Array): void {
  const { seed, step, examples } = moment;
  const key = deriveKey(seed, 'dropout', name, step);
  const size = out.length / (shape[0] as number);
  for (const [row, example] of examples.entries()) {
    fillRow(foldIn(key, example), keep, out.subarray(row * size, (row + 1) * size));
  }
}

/**
 * Arrays for all masks of a model, by name.
 *
 * @returns a function that fills them for a step; it gives the same arrays each time.
 */
export function openMasks(masks: readonly Mask[]): (moment: MaskMoment) => Arrays {
  const arrays = Object.fromEntries(
    masks.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  return (moment) => {
    for (const mask of masks) fillMask(mask, moment, arrays[mask.name] as Float32Array);
    return arrays;
  };
}

/** One block of the generator serves two elements; a write past the end is ignored, as in any typed array. */
function fillRow(key: Key, keep: number, out: Float32Array): void {
  const [threshold, kept] = [keep * 2 ** 32, 1 / keep];
  const block = new Uint32Array(2);
  for (let i = 0; i < out.length; i += 2) {
    threefry2x32(key, i >>> 1, 0, block);
    out[i] = (block[0] as number) < threshold ? kept : 0;
    out[i + 1] = (block[1] as number) < threshold ? kept : 0;
  }
}
