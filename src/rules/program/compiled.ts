import type { TensorKind } from '../language/kinds.ts';

/** A rule that can be run: one form for the compiled step and the interpreter, which agree to the bit. */
export interface CompiledRule {
  /** State arrays: of the size of the weights, or of a number per tensor. Those of all rules, if it has one per kind of tensors. */
  readonly slots: number;
  /** Starts one training: state at 0, t at 1. @throws RangeError for a size, steps, seed or tensors out of bounds. */
  start(options: StartOptions): Stepper;
}

export interface StartOptions {
  /** The number of weights, all tensors flat and joined. */
  readonly size: number;
  /** T of the language: the steps of this training. */
  readonly steps: number;
  /** Seed of the random draws. */
  readonly seed: number;
  /**
   * Where each tensor lies among the weights, which together they are: reductions are taken tensor by tensor. All weights are one
   * vector unless given.
   */
  readonly tensors?: readonly Span[] | undefined;
}

/** A tensor's part of a flat vector. */
export interface Span {
  readonly offset: number;
  readonly size: number;
  /**
   * The tensor as rows × columns, of which a row stands together: its first axis, and all others. A tensor without them is one column.
   */
  readonly rows?: number;
  readonly columns?: number;
  /** What a rule knows it as. Default: `matrices` if it has rows and columns, `vectors` if it does not. */
  readonly kind?: TensorKind;
}

/** One training's state. */
export interface Stepper {
  /**
   * w ← w − λ·u in place, in float32; `weights` and `gradient` are [size]. Returns false when any new weight, or one to
   * read out, is not finite.
   */
  step(weights: Float32Array, gradient: Float32Array, learningRate: number): boolean;
  /**
   * The weights to validate with after the last step, and to keep at the end: what the rule's `eval` says, in an array that the next call
   * writes again; `weights` themselves if it has none, and before the first step.
   */
  readout(weights: Float32Array): Float32Array;
}
