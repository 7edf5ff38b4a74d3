import type { Tensor } from '../graph/index.ts';
import {
  buildModel,
  dense,
  embedding,
  lstm,
  type Model,
  type NetworkBuilder,
  sequenceCrossEntropy,
  tokenLogLikelihood,
} from '../nn/index.ts';

/** The sizes of a character language model. */
export interface CharacterSizes {
  /** Kinds of characters. */
  readonly vocabulary: number;
  /** Units of each LSTM layer, and numbers that stand for a character. */
  readonly width: number;
  /** LSTM layers. */
  readonly depth: number;
  /** Characters of an example; each starts from a state of zeros. */
  readonly length: number;
  readonly batch: number;
}

/**
 * The model of a character language model. Inputs `tokens` and `targets` [length·batch], row t·batch + b being character t of
 * example b; evaluates to the `likelihood` of the targets, log p in nats, in the same order.
 */
export function characterModel(sizes: CharacterSizes): Model {
  const rows = sizes.length * sizes.batch;
  return buildModel({
    inputs: { tokens: [rows], targets: [rows] },
    loss: (nn, { tokens, targets }) => sequenceCrossEntropy(characterLogits(nn, tokens, sizes), targets),
    evaluate: (nn, { tokens, targets }) => ({
      likelihood: tokenLogLikelihood(characterLogits(nn, tokens, sizes), targets),
    }),
  });
}

function characterLogits(nn: NetworkBuilder, tokens: Tensor, sizes: CharacterSizes): Tensor {
  const { vocabulary, width, depth, length } = sizes;
  let x = embedding(nn, 'embedding', tokens, { vocabulary, features: width });
  for (let layer = 0; layer < depth; layer++) {
    x = lstm(nn, `lstm${layer}`, x, { hidden: width, steps: length });
  }
  return dense(nn, 'output', x, vocabulary);
}
