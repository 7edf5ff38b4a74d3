/** A sentence of the beam that goes on with a token. */
export interface Continuation {
  readonly slot: number;
  readonly token: number;
  /** The log-probability of the whole sentence. */
  readonly logProbability: number;
}

/**
 * The `count` most probable continuations, best first; of equal ones first the lower slot, then the lower token. What is
 * impossible (−∞, or NaN) is no candidate.
 *
 * @param logProbabilities [rows, vocabulary]; slot s is row `firstRow` + s.
 */
export function topCandidates(
  logProbabilities: Float32Array,
  vocabulary: number,
  firstRow: number,
  live: readonly { readonly logProbability: number }[],
  count: number,
): readonly Continuation[] {
  const best: Continuation[] = [];
  for (const [slot, hypothesis] of live.entries()) {
    const at = (firstRow + slot) * vocabulary;
    for (let token = 0; token < vocabulary; token++) {
      const logProbability = hypothesis.logProbability + (logProbabilities[at + token] as number);
      if (best.length === count && logProbability <= (best[count - 1] as Continuation).logProbability)
        continue;
      if (!(logProbability > Number.NEGATIVE_INFINITY)) continue;
      if (best.length === count) best.pop();
      best.splice(place(best, logProbability), 0, { slot, token, logProbability });
    }
  }
  return best;
}

/** The place after all that are at least as probable: they came first. */
function place(sorted: readonly Continuation[], logProbability: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as Continuation).logProbability >= logProbability) low = middle + 1;
    else high = middle;
  }
  return low;
}
