import type { Stream } from '../random/index.ts';

/** How a parameter starts: every element `constant`, or uniform in ±`uniform`. */
export type Initial = { readonly constant: number } | { readonly uniform: number };

/** Uniform in ±1/√fan-in: PyTorch's default for convolutions and dense layers. */
export function fanInUniform(fanIn: number): Initial {
  return { uniform: 1 / Math.sqrt(fanIn) };
}

/** Writes a parameter's initial value, rounded to float32; draws from `stream` in the order of the elements. */
export function fillInitial(initial: Initial, stream: Stream, out: Float32Array): void {
  if ('constant' in initial) out.fill(initial.constant);
  else for (let i = 0; i < out.length; i++) out[i] = (2 * stream.uniform() - 1) * initial.uniform;
}
