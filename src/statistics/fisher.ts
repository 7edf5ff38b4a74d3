/** Some things of a kind: how many there are, and how many of them have a property. */
interface Counted {
  readonly count: number;
  readonly of: number;
}

/**
 * Fisher's exact test, one-sided: the probability that a share which is drawn at random from both together would be as high as that of
 * `one`, or higher. Fisher, Statistical Methods for Research Workers (1934), §21.02.
 *
 * @throws RangeError for counts that are no whole numbers from 0 to `of`.
 * @example fisherGreater({ count: 3, of: 4 }, { count: 1, of: 4 }) // 17/70
 */
export function fisherGreater(one: Counted, other: Counted): number {
  for (const { count, of } of [one, other]) {
    if (!(Number.isInteger(count) && Number.isInteger(of) && count >= 0 && count <= of))
      throw new RangeError(`fisherGreater: ${count} of ${of}`);
  }
  const [having, all] = [one.count + other.count, one.of + other.of];
  const logs = logFactorials(all);
  const logChoose = (n: number, k: number): number => logs[n]! - logs[k]! - logs[n - k]!;
  const whole = logChoose(all, one.of);
  let p = 0;
  for (let count = one.count; count <= Math.min(one.of, having); count++) {
    if (one.of - count > all - having) continue;
    p += Math.exp(logChoose(having, count) + logChoose(all - having, one.of - count) - whole);
  }
  return Math.min(p, 1);
}

/** ln 0!, ln 1!, … ln n! */
function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i);
  return logs;
}
