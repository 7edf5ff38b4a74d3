import { mean as average } from '../statistics/index.ts';
import type { ScoredSample } from './algorithm.ts';

/** What a batch's rewards say when they are compared with a moving average of earlier batches'. */
export interface Advantages {
  /** A = R − baseline, for each string. */
  readonly advantages: readonly number[];
  /** The baseline of the next batch. */
  readonly nextBaseline: number;
  /** `baseline` is the one that this batch was compared with; `advantageStd` divides by the batch's size. */
  readonly metrics: Readonly<Record<'rewardMean' | 'baseline' | 'advantageStd', number>>;
}

/**
 * Advantages over an exponential moving average of rewards (NOS §3.2).
 *
 * @param before The average before this batch; undefined at the first, whose own mean stands in.
 * @param decay d of baseline ← d·baseline + (1 − d)·(the batch's mean reward).
 */
export function advantagesOf(
  batch: readonly ScoredSample[],
  before: number | undefined,
  decay: number,
): Advantages {
  const rewardMean = average(batch.map(({ reward }) => reward));
  const baseline = before ?? rewardMean;
  const advantages = batch.map(({ reward }) => reward - baseline);
  return {
    advantages,
    nextBaseline: decay * baseline + (1 - decay) * rewardMean,
    metrics: {
      rewardMean,
      baseline,
      advantageStd: Math.sqrt(average(advantages.map((a) => (a + baseline - rewardMean) ** 2))),
    },
  };
}

/** Distinct strings ÷ strings. */
export function distinctShare(batch: readonly ScoredSample[]): number {
  return new Set(batch.map(({ tokens }) => String(tokens))).size / batch.length;
}
