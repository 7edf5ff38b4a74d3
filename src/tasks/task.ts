import type { Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from '../nn/index.ts';

/** A fixed, named part of a data set. Examples are numbered 0…size−1, in an order that never changes. */
export interface Split {
  readonly size: number;
  /**
   * Writes the examples at `indices`, normalised, one after another: inputs [indices.length, …inputShape] and one-hot
   * targets [indices.length, classes].
   */
  fill(indices: ArrayLike<number>, inputs: Float32Array, targets: Float32Array): void;
}

/** A data set for classification, in memory. */
export interface Dataset {
  readonly name: string;
  /** SHA-256 over what was loaded: two machines with equal checksums train on equal data. */
  readonly checksum: string;
  /** The shape of one example, for instance [3, 32, 32]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}

/**
 * What an update rule is tried on: data, a network that gives logits, and the sizes that §4.2 of the paper calls the
 * child's. The loss is softmax cross-entropy, the metric accuracy.
 */
export interface Task {
  readonly name: string;
  /** One line for `nos tasks`. */
  readonly description: string;
  /** Loads the data set. @throws NosError `data-missing` or `data-corrupt`. */
  readonly load: (options: LoadOptions) => Promise<Dataset>;
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batchSize: number;
  /** The network: inputs [batch, …inputShape] to logits [batch, classes]. Called once for training, once for evaluation. */
  readonly network: (builder: NetworkBuilder, inputs: Tensor) => Tensor;
}

export interface LoadOptions {
  /** Where data sets are cached on this machine. */
  readonly directory: string;
}
