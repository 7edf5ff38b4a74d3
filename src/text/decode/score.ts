/** The two constants of the score of Wu et al. (2016), §7. */
export interface BeamScore {
  /** α of the length normalisation; 0: none, and the most probable sentence wins. */
  readonly lengthNormalisation: number;
  /** β of the coverage penalty; 0: none. */
  readonly coveragePenalty: number;
}

/** Equation 14: lp(Y) = (5 + |Y|)^α / (5 + 1)^α, |Y| in tokens with the end. */
export function lengthPenalty(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}

/** The least attention that counts, so that one position that was never looked at does not outweigh all else. */
const LEAST_ATTENTION = 1e-10;

/**
 * Equation 14: cp(X, Y) = β Σᵢ log(min(Σⱼ pᵢⱼ, 1)).
 *
 * @param attention [source positions]: the sums over target tokens.
 * @param length how many of the positions are the sentence; the others are padding.
 */
export function coverage(attention: ArrayLike<number>, length: number, beta: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    sum += Math.log(Math.min(Math.max(attention[i] as number, LEAST_ATTENTION), 1));
  }
  return beta * sum;
}
