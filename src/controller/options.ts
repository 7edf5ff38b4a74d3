import * as z from 'zod';

/**
 * What every learning algorithm here has: a moving-average baseline and an entropy bonus (NOS §3.2, §4.2).
 *
 * @param entropyWeight The default of that option.
 */
export const commonOptions = (entropyWeight: number) => ({
  /** d of baseline ← d·baseline + (1 − d)·(the batch's mean reward). */
  baselineDecay: z.number().min(0).lt(1).default(0.8),
  /** Weight of the mean entropy per token, in reward per nat (NOS §4.2: 0.0015). */
  entropyWeight: z.number().min(0).default(entropyWeight),
});
