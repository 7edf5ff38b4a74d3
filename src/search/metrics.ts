import type { Metrics, ScoredProposal } from './strategy.ts';

/** What can be said of a told batch without knowing the strategy; docs/controller.md explains the names. */
export function rewardMetrics(batch: readonly ScoredProposal[]): Metrics {
  const rewardMean = batch.reduce((sum, { reward }) => sum + reward, 0) / batch.length;
  const distinct = new Set(batch.map(({ proposal }) => proposal.rule)).size;
  return { rewardMean, distinctShare: distinct / batch.length };
}
