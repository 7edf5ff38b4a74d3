import { mean } from '../statistics/index.ts';
import type { Metrics, ScoredProposal } from './strategy.ts';

/** What can be said of a told batch without knowing the strategy; docs/controller.md explains the names. */
export function rewardMetrics(batch: readonly ScoredProposal[]): Metrics {
  const rewardMean = mean(batch.map(({ reward }) => reward));
  const distinct = new Set(batch.map(({ proposal }) => proposal.rule)).size;
  return { rewardMean, distinctShare: distinct / batch.length };
}
