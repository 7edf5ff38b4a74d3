import type { EvaluationSummary } from '../evaluation/index.ts';
import type { ScoreSummary } from '../store/index.ts';

/** How many of a run's proposals ended without a whole training of their own. */
export interface Spared {
  /** Number of those that have the evaluation of another rule of the run, which does the same. */
  readonly reused: number;
  /** Number of others that have the evaluation of one that they are near copies of. */
  readonly near: number;
  /** Number of others that were rejected without training. */
  readonly rejected: number;
  /** Number of others that were stopped early. */
  readonly stopped: number;
}

export const NOTHING_SPARED: Spared = { reused: 0, near: 0, rejected: 0, stopped: 0 };

/** The counts with one more proposal. */
export function withOne(
  spared: Spared,
  { status, reuses }: Pick<EvaluationSummary, 'status' | 'reuses'>,
): Spared {
  if (reuses !== undefined) {
    return reuses.near ? { ...spared, near: spared.near + 1 } : { ...spared, reused: spared.reused + 1 };
  }
  if (status !== 'rejected' && status !== 'stopped') return spared;
  return { ...spared, [status]: spared[status] + 1 };
}

/** The counts over the proposals among these scores. */
export function sparedOf(scores: readonly ScoreSummary[]): Spared {
  return scores
    .filter(({ role }) => role === 'proposal')
    .reduce((so, { evaluation }) => withOne(so, evaluation), NOTHING_SPARED);
}
