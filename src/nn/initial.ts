import { type Stream, stream } from '../random/index.ts';
import type { Placed } from './layout.ts';

/** How a parameter starts: every element `constant`, uniform in ±`uniform`, or normal with that standard deviation. */
export type Initial =
  | { readonly constant: number }
  | { readonly uniform: number }
  | { readonly normal: number };

/** Uniform in ±1/√fan-in: PyTorch's default for convolutions and dense layers. */
export function fanInUniform(fanIn: number): Initial {
  return { uniform: 1 / Math.sqrt(fanIn) };
}

/** Normal with variance 2/fan-in (He et al. 2015): keeps the scale of activations through layers that end in ReLU. */
export function heNormal(fanIn: number): Initial {
  return { normal: Math.sqrt(2 / fanIn) };
}

/** Writes a parameter's initial value, rounded to float32; draws from `stream` in the order of the elements. */
export function fillInitial(initial: Initial, stream: Stream, out: Float32Array): void {
  if ('constant' in initial) out.fill(initial.constant);
  else if ('normal' in initial)
    for (let i = 0; i < out.length; i++) out[i] = stream.normal() * initial.normal;
  else for (let i = 0; i < out.length; i++) out[i] = (2 * stream.uniform() - 1) * initial.uniform;
}

/** What a rule sees a parameter as. */
export interface ParameterView {
  readonly kind: 'matrices' | 'vectors' | 'embeddings';
  readonly rows?: number;
  readonly columns?: number;
}

/** A parameter's place in the weights, what a rule sees it as, and how it starts. */
export type PlacedParameter = Placed & ParameterView & { readonly initial: Initial };

/** Draws parameters into the flat vector of weights, each from its own stream (seed, 'weights', its name). Gives the vector. */
export function drawWeights(
  parameters: readonly PlacedParameter[],
  seed: number,
  weights: Float32Array,
): Float32Array {
  for (const { name, initial, offset, size } of parameters) {
    fillInitial(initial, stream(seed, 'weights', name), weights.subarray(offset, offset + size));
  }
  return weights;
}
