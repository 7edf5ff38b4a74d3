/** How often intervals hold the true value: simulated experiments as pure functions of a stream of random numbers. */

/** What is drawn, by the name of its kind, and the true mean. Accuracies are around 90.5 %, as a hundred or a thousand examples give them. */
export const KINDS = {
  normal: { mean: 0, draw: (random) => random.normal() },
  exponential: { mean: 1, draw: (random) => -Math.log(1 - random.uniform()) },
  'log-normal': { mean: Math.exp(0.5), draw: (random) => Math.exp(random.normal()) },
  'rounded to 1/1,000': { mean: 0.905, draw: (random) => rounded(0.905 + 0.01 * random.normal(), 1_000) },
  'rounded to 1/100': { mean: 0.905, draw: (random) => rounded(0.905 + 0.01 * random.normal(), 100) },
};

const rounded = (value, parts) => Math.round(value * parts) / parts;

/**
 * Of `trials` samples of `size` values, the share that `interval` gives an interval for, and the share of these intervals
 * that hold the mean.
 */
export function coverage(interval, { mean, draw }, size, trials, random) {
  const found = Array.from({ length: trials }, () =>
    interval(Array.from({ length: size }, () => draw(random))),
  );
  return shares(found, mean);
}

/** The same of the difference between two stretches, `size` values each, of a series of no trend whose neighbours have the correlation `rho`. */
export function serialCoverage(interval, rho, size, trials, random) {
  const found = Array.from({ length: trials }, () =>
    interval(autoregressive(rho, size, random), autoregressive(rho, size, random)),
  );
  return shares(found, 0);
}

function shares(intervals, truth) {
  const given = intervals.filter((one) => one !== null);
  const held = given.filter(({ low, high }) => low <= truth && truth <= high);
  return { given: given.length / intervals.length, held: held.length / given.length };
}

/** Of the first order, with variance 1. */
function autoregressive(rho, size, random) {
  let value = random.normal();
  return Array.from({ length: size }, () => {
    const now = value;
    value = rho * value + Math.sqrt(1 - rho ** 2) * random.normal();
    return now;
  });
}
