import { logSoftmax, mul, scalar, sum, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import { buildModel, type Model } from './model.ts';

/** A network as a function of a builder and its inputs, [batch, …] to logits [batch, classes]. */
export type Network = (nn: NetworkBuilder, inputs: Tensor) => Tensor;

export interface ClassifierDefinition {
  readonly network: Network;
  /** The shape of one example. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batchSize: number;
}

/** A batch of a classifier, as its session takes it. */
export type Batch = {
  /** [batch, …inputShape]. */
  readonly inputs: Float32Array;
  /** One-hot, [batch, classes]. */
  readonly targets: Float32Array;
};

/**
 * A model of `inputs` [batch, …inputShape] and one-hot `targets` [batch, classes]. Its loss is the mean softmax
 * cross-entropy of the batch; it evaluates `inputs` to `logits` [batch, classes].
 *
 * @throws RangeError when the network's logits are not [batch, classes], or it uses a name twice.
 */
export function buildClassifier(definition: ClassifierDefinition): Model {
  const { network, inputShape, classes, batchSize } = definition;
  return buildModel({
    inputs: { inputs: [batchSize, ...inputShape], targets: [batchSize, classes] },
    loss: (nn, { inputs, targets }) => crossEntropy(network(nn, inputs), targets),
    evaluate: (nn, { inputs }) => ({ logits: checkLogits(network(nn, inputs), batchSize, classes) }),
  });
}

/** −(1/batch) Σ targets · log softmax(logits): a scalar, for logits and one-hot targets [batch, classes]. */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return mul(sum(mul(targets, logSoftmax(logits))), scalar(-1 / (logits.shape[0] as number)));
}

function checkLogits(logits: Tensor, batchSize: number, classes: number): Tensor {
  const { shape } = logits;
  if (shape.length === 2 && shape[0] === batchSize && shape[1] === classes) return logits;
  throw new RangeError(
    `network: expected logits [${batchSize}, ${classes}] (batch, classes), got [${shape.join(', ')}]`,
  );
}
