import type { Dataset } from '../data/index.ts';
import type { Goal } from '../evaluation/index.ts';
import type { CompileWatch, EngineName, Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from '../nn/index.ts';
import type { ProgramTask } from '../trainers/index.ts';
import type { Child, Moment } from './child.ts';

export interface TaskFacts {
  readonly name: string;
  /** One line for `nos tasks`. */
  readonly description: string;
  readonly batchSize: number;
  /** The registered data set that the task opens, if any: a search downloads it where it is absent. */
  readonly dataSet?: string;
  /** Examples of the training split, where known without loading it; estimates use it. */
  readonly trainExamples?: number;
}

/** What an update rule is tried on: data, a network with its loss, and a score. */
export interface Task extends TaskFacts {
  /** Which scores are better. Default `maximise`. */
  readonly goal?: Goal;
  /**
   * What the score is called. Default `accuracy`, a share from 0 to 1; `loss` if less is better. Every other score may be any finite
   * number, and is shown in its own units.
   */
  readonly metric?: string;
  /** The score of a child that has learnt nothing, in the score's own units. An accuracy that diverges is worth so much; default 0. */
  readonly chance?: number;
  /** SHA-256 over the data: machines with equal checksums train on equal data. @throws as `open`. */
  readonly checksum: (options: LoadOptions) => Promise<string>;
  /** @throws NosError `data-missing`, `data-corrupt`; `bad-option` when the data do not fit the task. */
  readonly open: (options: LoadOptions) => Promise<Child>;
  /**
   * Compiles what `open` needs compiled, if the engine does that, so that processes that open the task at once find it done.
   *
   * @throws NosError `engine` if the engine is not to be had on this machine, or lacks an operation of the network.
   */
  readonly prepare?: (options: LoadOptions) => Promise<void>;
  /** The program that trains, of a task that is one. */
  readonly program?: ProgramTask;
  /** What a task of classification was made of. */
  readonly classifier?: ClassifierTask;
}

/**
 * A task of classification: a network that gives logits, and the sizes that §4.2 of the paper calls the child's. The loss
 * is softmax cross-entropy, the score accuracy, chance 1 ÷ classes.
 */
export interface ClassifierTask extends TaskFacts {
  /** Loads the data set. @throws NosError `data-missing` or `data-corrupt`. */
  readonly load: (options: LoadOptions) => Promise<Dataset>;
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** The network: inputs [batch, …inputShape] to logits [batch, classes]. Called once for training, once for evaluation. */
  readonly network: (builder: NetworkBuilder, inputs: Tensor) => Tensor;
  /** Changes a batch of training inputs in place, before a step. Default: nothing does. */
  readonly augment?: (inputs: Float32Array, moment: Moment) => void;
  /** λ of ½·λ·|w|², whose gradient λ·w joins the one that an update rule sees. Default 0. */
  readonly weightDecay?: number;
}

export interface LoadOptions extends CompileWatch {
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /** Called now and then while opening takes long: a sign of life. */
  readonly onWork?: (() => void) | undefined;
  /** What computes the child's steps. Default `onnxruntime`. */
  readonly engine?: EngineName;
}
