import { heaviside, mul, reshape, transpose } from '../../graph/index.ts';
import { buildModel, type Model, sequenceCrossEntropy, tokenLogLikelihood } from '../../nn/index.ts';
import { decode, encode, type GnmtSizes, timeMajor } from './network.ts';

export interface GnmtDefinition extends GnmtSizes {
  readonly batch: number;
  /** ε of the loss; what is evaluated is not smoothed. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * The network with its loss, the mean cross-entropy per target token in nats. Inputs: `source` [batch, source length], ended;
 * `said` [batch, target length], begun, and `expected` [batch, target length], ended: what the decoder reads and what it must
 * say. All are padded at the end with 0. Evaluates to `likelihood` [batch, target length], log p of what it must say, 0 where
 * that is padding.
 *
 * @throws RangeError when the label smoothing is not in [0, 1).
 */
export function gnmtModel(definition: GnmtDefinition): Model {
  const { batch, sourceLength, targetLength, labelSmoothing = 0 } = definition;
  return buildModel({
    inputs: {
      source: [batch, sourceLength],
      said: [batch, targetLength],
      expected: [batch, targetLength],
    },
    loss: (nn, { source, said, expected }) => {
      const { logits } = decode(nn, said, encode(nn, source, definition), definition);
      const tokens = timeMajor(expected);
      return sequenceCrossEntropy(logits, tokens, { mask: heaviside(tokens), labelSmoothing });
    },
    evaluate: (nn, { source, said, expected }) => {
      const { logits } = decode(nn, said, encode(nn, source, definition), definition);
      const likelihood = reshape(tokenLogLikelihood(logits, timeMajor(expected)), [targetLength, batch]);
      return { likelihood: mul(transpose(likelihood, [1, 0]), heaviside(expected)) };
    },
  });
}
