import { gradients, input, logSoftmax, mul, scalar, sum, type Tensor } from '../graph/index.ts';
import { stream } from '../random/index.ts';
import { fillInitial } from './initial.ts';
import { type Placed, pack, totalSize } from './layout.ts';
import { declarations, type Network, trace } from './trace.ts';

export interface ClassifierDefinition {
  readonly network: Network;
  /** The shape of one example. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batchSize: number;
}

/**
 * A network with its loss, as two graphs over flat vectors. All parameters are one vector [size] and all buffers
 * another, so that an update rule and a store see plain arrays; the graphs cut them up.
 */
export interface Classifier {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batchSize: number;
  /** Where each parameter stands in the weights. */
  readonly parameters: readonly Placed[];
  /** The number of weights. */
  readonly size: number;
  /** Where each buffer stands in the buffers; empty for networks without batch normalisation. */
  readonly buffers: readonly Placed[];
  readonly bufferSize: number;
  /** Each parameter is drawn from its own stream (seed, 'weights', its name). */
  initialWeights(seed: number): Float32Array;
  initialBuffers(): Float32Array;
  /**
   * Outputs: `loss` [], the mean softmax cross-entropy of the batch; `gradient` [size]; `buffers` [bufferSize] after the step, where there are any.
   * Inputs: `inputs` [batch, …inputShape], one-hot `targets` [batch, classes], `weights` [size], `buffers`.
   */
  readonly training: Readonly<Record<string, Tensor>>;
  /** Output: `logits` [batch, classes]. Inputs: `inputs`, `weights`, `buffers`. */
  readonly evaluation: Readonly<Record<string, Tensor>>;
}

/**
 * Builds the graphs that train and evaluate a network.
 *
 * @throws RangeError when the network's logits are not [batch, classes], or it uses a name twice.
 */
export function buildClassifier(definition: ClassifierDefinition): Classifier {
  const { network, inputShape, classes, batchSize } = definition;
  const inputs = input('inputs', [batchSize, ...inputShape]);
  const targets = input('targets', [batchSize, classes]);
  const declared = declarations(network, inputs);
  const training = trace(network, 'training', inputs, declared);
  const evaluation = trace(network, 'evaluation', inputs, declared);
  checkLogits(evaluation.logits, batchSize, classes);
  const loss = crossEntropy(training.logits, targets);
  const buffers = training.buffers.length > 0 ? { buffers: pack(training.buffers) } : {};
  return {
    inputShape,
    classes,
    batchSize,
    parameters: declared.parameters.map(placeOnly),
    size: totalSize(declared.parameters),
    buffers: declared.buffers.map(placeOnly),
    bufferSize: totalSize(declared.buffers),
    initialWeights: (seed) => {
      const weights = new Float32Array(totalSize(declared.parameters));
      for (const { name, initial, offset, size } of declared.parameters) {
        fillInitial(initial, stream(seed, 'weights', name), weights.subarray(offset, offset + size));
      }
      return weights;
    },
    initialBuffers: () => {
      const values = new Float32Array(totalSize(declared.buffers));
      for (const { value, offset, size } of declared.buffers) values.fill(value, offset, offset + size);
      return values;
    },
    training: { loss, gradient: pack(gradients(loss, training.parameters)), ...buffers },
    evaluation: { logits: evaluation.logits },
  };
}

/** −(1/batch) Σ targets · log softmax(logits): a scalar, for logits and one-hot targets [batch, classes]. */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return mul(sum(mul(targets, logSoftmax(logits))), scalar(-1 / (logits.shape[0] as number)));
}

function checkLogits({ shape }: Tensor, batchSize: number, classes: number): void {
  if (shape.length === 2 && shape[0] === batchSize && shape[1] === classes) return;
  throw new RangeError(
    `network: expected logits [${batchSize}, ${classes}] (batch, classes), got [${shape.join(', ')}]`,
  );
}

function placeOnly({ name, shape, offset, size }: Placed): Placed {
  return { name, shape, offset, size };
}
