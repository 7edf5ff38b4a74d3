/** How fast the factor follows: it rises by a third a batch, about, where no string is new and half should be. */
const RATE = 0.5;

/** Beyond it the policy is uniform, however rewards are scaled. */
const LARGEST = 1e4;

/**
 * The factor on the controller's entropy bonus for the next update. It rises while fewer of the strings that the policy
 * writes are new rules than should be, and falls back to 1 while more are: a policy that has settled on a few rules, which
 * then tell nothing, is drawn away from them, however large rewards are and whatever an algorithm makes of them.
 *
 * @param factor That of the update before; 1 at first.
 * @param newShare Share of new rules among the strings drawn for a batch.
 * @param novelty The share that should be new; at 0 the factor stays 1.
 */
export function nextEntropyFactor(factor: number, newShare: number, novelty: number): number {
  return Math.min(Math.max(factor * Math.exp(RATE * (novelty - newShare)), 1), LARGEST);
}
