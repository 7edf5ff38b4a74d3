import type { Strategy } from '../search/index.ts';

/**
 * A strategy that is told finite rewards alone: what a training is worth that came to nothing, the worst that was told so far.
 *
 * @param earlier Rewards that it was told of before, in order; minus infinity for those.
 */
export function hearing(strategy: Strategy, earlier: readonly number[]): Strategy {
  const finite = worstForLost(earlier);
  return {
    name: strategy.name,
    ask: (count) => strategy.ask(count),
    tell: (scored) => {
      const rewards = finite(scored.map(({ reward }) => reward));
      return strategy.tell(scored.map((one, i) => ({ ...one, reward: rewards[i]! })));
    },
    checkpoint: () => strategy.checkpoint(),
    close: () => strategy.close(),
  };
}

/** A lost training is worth the worst that was told so far, its own batch included; 0 if there is nothing to compare with. */
function worstForLost(earlier: readonly number[]): (rewards: readonly number[]) => readonly number[] {
  const least = (so: number, rewards: readonly number[]): number =>
    rewards.filter(Number.isFinite).reduce((least, reward) => Math.min(least, reward), so);
  let worst = least(Number.POSITIVE_INFINITY, earlier);
  return (rewards) => {
    worst = least(worst, rewards);
    const lost = Number.isFinite(worst) ? worst : 0;
    return rewards.map((reward) => (Number.isFinite(reward) ? reward : lost));
  };
}
