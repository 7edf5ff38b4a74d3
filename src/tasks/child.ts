import type { Span } from '../rules/index.ts';

/** What a training changes, in place. */
export interface ChildState {
  /** All trainable tensors, flat and joined: what an update rule moves. */
  readonly weights: Float32Array;
  /** What training carries from step to step without a gradient (batch normalisation's running averages), flat and joined too. */
  readonly buffers: Float32Array;
}

/** When a step happens: what a child draws at random (dropout, augmentation) is a function of it and of the example. */
export interface Moment {
  /** Seed of the training. */
  readonly seed: number;
  /** Number of the step in its training, 0 at the first. */
  readonly step: number;
}

/**
 * A network with its data, ready to train; one serves every rule. Equal calls give equal bits, whatever came between them;
 * calls must not overlap.
 */
export interface Child {
  /** Examples of a step. */
  readonly batchSize: number;
  /** Examples of the training split, numbered from 0. */
  readonly trainExamples: number;
  /** The score of a child that has learnt nothing. */
  readonly chance?: number;
  /**
   * Where each tensor lies in the weights, together all of them, and its shape: what quantises weights or gradients does it tensor by
   * tensor, and rules may see its rows and columns, and its kind. All weights are one vector unless given.
   */
  readonly tensors?: readonly Span[];
  /** A state of its own for every call. */
  initialState(seed: number): ChildState;
  /**
   * One forward and backward pass over `batchSize` training examples: writes ∂loss/∂weights, moves the buffers on, gives
   * the loss. The weights stay: the step is the update rule's.
   */
  step(indices: Uint32Array, state: ChildState, gradient: Float32Array, moment: Moment): Promise<number>;
  /**
   * The score in the task's own units (an accuracy: from 0 to 1) over the first `examples` of a split, or all where it has fewer.
   *
   * @param onBatch Called now and then while it takes long: a sign of life.
   */
  score(
    split: 'validation' | 'test',
    examples: number,
    state: ChildState,
    onBatch?: () => void,
  ): Promise<number>;
  /**
   * What else is worth knowing of a trained state over the same examples, by name: perplexity, bits per character, … Stored with
   * the evaluation when its final training is over. Numbers need not be finite.
   */
  measures?(
    split: 'validation' | 'test',
    examples: number,
    state: ChildState,
    onBatch?: () => void,
  ): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}
