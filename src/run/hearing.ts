import type { Strategy } from '../search/index.ts';

/** Makes what a strategy is told of what ranks: minus infinity stands for a training that came to nothing. */
export type Told = (rewards: readonly number[]) => readonly number[];

/** A strategy that is told what `told` makes of the rewards. */
export const hearing = (strategy: Strategy, told: Told): Strategy => ({
  name: strategy.name,
  ask: (count) => strategy.ask(count),
  tell: (scored) => {
    const rewards = told(scored.map(({ reward }) => reward));
    return strategy.tell(scored.map((one, i) => ({ ...one, reward: rewards[i]! })));
  },
  checkpoint: () => strategy.checkpoint(),
  close: () => strategy.close(),
});

/**
 * Tells rewards as they are; one that came to nothing is worth the worst that was told so far, its own batch included, or 0 if there is
 * nothing to compare with.
 *
 * @param earlier Rewards that were told before, in order.
 */
export function worstForLost(earlier: readonly number[]): Told {
  const least = (so: number, rewards: readonly number[]): number =>
    rewards.filter(Number.isFinite).reduce((least, reward) => Math.min(least, reward), so);
  let worst = least(Number.POSITIVE_INFINITY, earlier);
  return (rewards) => {
    worst = least(worst, rewards);
    const lost = Number.isFinite(worst) ? worst : 0;
    return rewards.map((reward) => (Number.isFinite(reward) ? reward : lost));
  };
}

/**
 * Tells where each reward stands among all that the run has told so far, its own batch included: the share of those that are worse, of equals
 * half, so that a figure lies between 0 and 1 whatever the units; 0 for what came to nothing. docs/controller.md says why.
 *
 * @param earlier Rewards that were told before, in order.
 * @example places([])([-3, -1, -2, -Infinity]) // [0.375, 0.875, 0.625, 0]
 */
export function places(earlier: readonly number[]): Told {
  const known = [...earlier].sort((a, b) => a - b);
  return (rewards) => {
    for (const reward of rewards) known.splice(below(known, reward), 0, reward);
    return rewards.map((reward) => {
      if (reward === Number.NEGATIVE_INFINITY) return 0;
      const worse = below(known, reward);
      return (worse + (notAbove(known, reward) - worse) / 2) / known.length;
    });
  };
}

/** How many of the ascending values are less. */
const below = (ascending: readonly number[], value: number): number =>
  firstWhere(ascending, (other) => other >= value);

const notAbove = (ascending: readonly number[], value: number): number =>
  firstWhere(ascending, (other) => other > value);

/** The first place from which on `holds`, by halves. */
function firstWhere(ascending: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ascending[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
