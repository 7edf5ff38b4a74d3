/** Halvings of the angle that holds the answer: beyond these a float64 has no more digits. */
const HALVINGS = 60;

/**
 * The t up to which, on either side of 0, Student's distribution has the share `level` of its probability: how many standard
 * errors an interval around a mean reaches.
 *
 * @param level Between 0 and 1.
 * @param degrees Degrees of freedom, an integer of 1 or more.
 * @throws RangeError for parameters out of bounds.
 * @example studentQuantile(0.95, 4) // 2.776…
 */
export function studentQuantile(level: number, degrees: number): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`studentQuantile: expected a level between 0 and 1, got ${level}`);
  }
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`studentQuantile: expected 1 or more degrees of freedom, got ${degrees}`);
  }
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < HALVINGS; i++) {
    const angle = (low + high) / 2;
    if (centralProbability(angle, degrees) < level) low = angle;
    else high = angle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/**
 * The probability between −t and t, where t = √degrees · tan(angle): the finite series of Abramowitz and Stegun, Handbook of
 * Mathematical Functions (1964), 26.7.3 and 26.7.4.
 */
function centralProbability(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
