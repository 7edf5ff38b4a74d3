import type { Shape, Tensor } from '../graph/index.ts';
import type { Initial } from './initial.ts';

/** What a rule knows a parameter as. */
export interface ParameterOptions {
  /** Default: `matrices` with two or more axes, else `vectors`. */
  readonly kind?: 'embeddings';
}

/**
 * What layers are written with: it gives them their parameters and buffers, by name. A network is a function of a
 * builder and its inputs; it is called once for training and once for evaluation and must ask for the same parameters.
 */
export interface NetworkBuilder {
  readonly mode: 'training' | 'evaluation';
  /** A trained tensor, whose rows are its first axis. @throws RangeError when a name comes twice. */
  parameter(name: string, shape: Shape, initial: Initial, options?: ParameterOptions): Tensor;
  /** A tensor that training carries from step to step without a gradient, `value` everywhere at first. */
  buffer(name: string, shape: Shape, value: number): Tensor;
  /** What a buffer becomes after a training step. Left out: it stays. */
  updateBuffer(name: string, value: Tensor): void;
  /**
   * Zeros, and else 1 ÷ keep, drawn for each step and example [batch, …]: what `dropout` multiplies by.
   *
   * @throws RangeError in mode `evaluation`, and when a name comes twice.
   */
  mask(name: string, shape: Shape, keep: number): Tensor;
}
