import { mean } from '../statistics/index.ts';
import type { TrialResult, TrialStanding } from './trial.ts';

/** The entrant that all are measured by. */
export const YARDSTICK = 'random';

/** Regrets below it do not count: a third of one example of the digits' validation split. */
export const RESOLUTION = 0.001;

/**
 * One number for a strategy: its regret ÷ random search's, mean over conditions and budgets. Landscapes differ in how far
 * random search is from their optimum, a hundredth here and a half there; so each counts alike.
 *
 * @param own Trials under each condition.
 * @param yardstick Those of random search, under the same conditions in the same order.
 */
export function relativeRegret(
  own: readonly (readonly TrialResult[])[],
  yardstick: readonly (readonly TrialResult[])[],
  budgets: readonly number[],
): number {
  const ratios = own.flatMap((trials, condition) =>
    budgets.map((budget) => {
      const theirs = regretAt(yardstick[condition] as readonly TrialResult[], budget);
      return (regretAt(trials, budget) + RESOLUTION) / (theirs + RESOLUTION);
    }),
  );
  return mean(ratios);
}

function regretAt(trials: readonly TrialResult[], budget: number): number {
  const standings = trials.map(
    (trial) => trial.standings.find(({ samples }) => samples === budget) as TrialStanding,
  );
  return mean(standings.map(({ regret }) => regret));
}
