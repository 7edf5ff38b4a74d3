import {
  add,
  div,
  logSoftmax,
  mean,
  mul,
  neg,
  pickColumns,
  scalar,
  sum,
  type Tensor,
} from '../graph/index.ts';

/** log p of each row's own token, [rows], for logits [rows, vocabulary] and tokens [rows]. */
export function tokenLogLikelihood(logits: Tensor, tokens: Tensor): Tensor {
  return pickColumns(logSoftmax(logits), tokens);
}

export interface SequenceLossOptions {
  /** [rows]: 1 where a row counts, 0 where it is padding. At least one is 1. Default: every row counts. */
  readonly mask?: Tensor;
  /**
   * ε of Szegedy et al. (2016): the target is 1 − ε on the row's own token, and ε spread evenly over the vocabulary, that
   * token included. Default 0.
   */
  readonly labelSmoothing?: number;
}

/**
 * The mean softmax cross-entropy per token in nats, a scalar, for logits [rows, vocabulary] and tokens [rows]; padding does
 * not count.
 *
 * @throws RangeError when ε is not in [0, 1).
 */
export function sequenceCrossEntropy(
  logits: Tensor,
  tokens: Tensor,
  { mask, labelSmoothing = 0 }: SequenceLossOptions = {},
): Tensor {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new RangeError(`labelSmoothing: expected a number in [0, 1), got ${labelSmoothing}`);
  }
  const logProbabilities = logSoftmax(logits);
  const own = pickColumns(logProbabilities, tokens);
  const likelihood = labelSmoothing === 0 ? own : smoothed(own, logProbabilities, labelSmoothing);
  if (mask === undefined) return neg(mean(likelihood));
  return neg(div(sum(mul(likelihood, mask)), sum(mask)));
}

function smoothed(own: Tensor, logProbabilities: Tensor, labelSmoothing: number): Tensor {
  const even = mean(logProbabilities, { axes: [1] });
  return add(mul(own, scalar(1 - labelSmoothing)), mul(even, scalar(labelSmoothing)));
}
