/** Halvings of the interval that holds the answer. */
const HALVINGS = 80;

/**
 * The limit below which the true standard deviation lies with a given confidence, where the values are normal:
 * s · √(k / χ²), χ² being the quantile at 1 − confidence for k degrees of freedom.
 *
 * @param deviation s, the sample's own.
 * @param degrees k, one less than there are values.
 * @throws RangeError for parameters out of bounds.
 * @example deviationLimit(1, 2, 0.9) // 3.08…: three values say little of how values spread
 */
export function deviationLimit(deviation: number, degrees: number, confidence: number): number {
  return deviation * Math.sqrt(degrees / chiSquareQuantile(1 - confidence, degrees));
}

/**
 * The value below which a sum of `degrees` squares of normal values lies with the given probability.
 *
 * @throws RangeError for parameters out of bounds.
 * @example chiSquareQuantile(0.1, 9) // 4.168…
 */
export function chiSquareQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1 && Number.isInteger(degrees) && degrees >= 1)) {
    throw new RangeError(
      `chiSquareQuantile: expected a probability between 0 and 1 and 1 or more degrees of freedom, got ${probability} and ${degrees}`,
    );
  }
  let [low, high] = [0, degrees + 1];
  while (chiSquareProbability(high, degrees) < probability) high *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (chiSquareProbability(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The series of the incomplete gamma function: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.4.6. */
function chiSquareProbability(value: number, degrees: number): number {
  const half = value / 2;
  let factor = degrees % 2 === 1 ? Math.sqrt(half) / (Math.sqrt(Math.PI) / 2) : half;
  // (value / 2)^(degrees / 2) / Γ(degrees / 2 + 1), without its overflow.
  for (let k = degrees % 2 === 1 ? 3 : 4; k <= degrees; k += 2) factor *= value / k;
  let [term, sum] = [1, 1];
  for (let k = degrees + 2; term > sum * Number.EPSILON; k += 2) {
    term *= value / k;
    sum += term;
  }
  return factor * Math.exp(-half) * sum;
}
