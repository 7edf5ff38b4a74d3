import { type Stream, stream } from '../random/index.ts';
import { quantile } from './summary.ts';

/** A confidence interval, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The percentile bootstrap's confidence interval of a statistic of one or more independent samples: each sample is drawn
 * again with replacement, at its own size and independently of the others; the interval lies between the quantiles of the
 * statistic over these draws. Efron, Bootstrap Methods: Another Look at the Jackknife (1979). It is somewhat too narrow for
 * samples of fewer than about twenty values.
 *
 * @param samples One list of values a sample.
 * @param statistic The figure of interest, given lists of the sizes of `samples`.
 * @param options `seed` makes the interval repeatable; `resamples` is how often everything is drawn again (default 10,000);
 *   `level` is the share of intervals that hold the true value (default 0.95).
 * @throws RangeError for no samples, an empty one, a statistic of NaN, and options out of bounds.
 * @example bootstrapInterval([a, b], ([x, y]) => mean(x) - mean(y), { seed: 1 })
 */
export function bootstrapInterval<const Samples extends readonly (readonly number[])[]>(
  samples: Samples,
  statistic: (resampled: { readonly [I in keyof Samples]: readonly number[] }) => number,
  options: { readonly seed: number; readonly resamples?: number; readonly level?: number },
): Interval {
  const { seed, resamples = 10_000, level = 0.95 } = options;
  if (samples.length === 0 || samples.some((sample) => sample.length === 0)) {
    throw new RangeError('bootstrapInterval: expected at least one sample, and none empty');
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`bootstrapInterval: expected 1 or more resamples, got ${resamples}`);
  }
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`bootstrapInterval: expected a level between 0 and 1, got ${level}`);
  }
  const random = stream(seed, 'bootstrap');
  const statistics = Array.from({ length: resamples }, () =>
    statistic(samples.map((sample) => resample(sample, random)) as Parameters<typeof statistic>[0]),
  );
  const tail = (1 - level) / 2;
  return { low: quantile(statistics, tail), high: quantile(statistics, 1 - tail) };
}

/** A loop, as this runs ten thousand times: `Array.from` with a function takes several times as long. */
function resample(sample: readonly number[], random: Stream): number[] {
  const drawn = new Array<number>(sample.length);
  for (let i = 0; i < drawn.length; i++) drawn[i] = sample[random.integer(sample.length)] as number;
  return drawn;
}
