import type { Dataset } from '../data/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from '../nn/index.ts';

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
  /** The registered data set that `load` opens, if any: a search downloads it where it is absent. */
  readonly dataSet?: string;
  /** Examples of the training split, where known without loading it; estimates use it. */
  readonly trainExamples?: number;
  /** The network: inputs [batch, …inputShape] to logits [batch, classes]. Called once for training, once for evaluation. */
  readonly network: (builder: NetworkBuilder, inputs: Tensor) => Tensor;
}

export interface LoadOptions {
  /** Where data sets are cached on this machine. */
  readonly directory: string;
}
