/**
 * Holm's correction: p values raised so that, where those up to α count as findings, the probability of a single false one
 * among all of them is at most α, however they depend on each other. Holm, A Simple Sequentially Rejective Multiple Test
 * Procedure (1979). In the order in which they came.
 *
 * @throws RangeError for a p that is not from 0 to 1.
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const bad = pValues.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) throw new RangeError(`holm: expected p from 0 to 1, got ${bad}`);
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  for (const [place, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - place) * (pValues[i] as number)));
    adjusted[i] = least;
  }
  return adjusted;
}
