import type { WorkerStatus } from '../dispatch/index.ts';
import type { Evaluation, EvaluationProgress, EvaluationSummary } from '../evaluation/index.ts';
import type { Metrics } from '../search/index.ts';
import type { Origin } from '../store/index.ts';

/** One line of the leaderboard: a found rule, or a reference rule scored by the same protocol. */
export interface LeaderboardRow {
  /**
   * 1 for the best: rows with a `retest` first, by its mean; then the others, by how they ended (finished, stopped early, diverged,
   * rejected, failed) and by `reward`. Ties go to the smaller index.
   */
  readonly rank: number;
  /** Canonical rule text. */
  readonly rule: string;
  readonly key: string;
  /** Catalogue names of rules with the same key. */
  readonly names: readonly string[];
  /** Whether it is one of the reference rules, evaluated for comparison and not proposed by the strategy. */
  readonly reference: boolean;
  /** The search's own score: the best of many noisy figures, so luck's pick. */
  readonly reward: number;
  readonly status: Evaluation['status'];
  readonly learningRate: number;
  readonly edgeOfGrid: boolean;
  /** How often it was proposed; 0 for a reference rule that no batch held. */
  readonly proposals: number;
  /** Index of its first proposal; −1 for a reference rule that no batch held. */
  readonly index: number;
  /** The scores with fresh seeds, for the top rules and the references once the search is over. */
  readonly retest?: {
    /** Rewards in the order of the seeds; those that were lost are left out. */
    readonly rewards: readonly number[];
    readonly mean: number;
    /** How many of them are of trainings that diverged. */
    readonly diverged: number;
  };
  /** The reference that this found rule is a near copy of, and its distance, 0 if it does the very same; where copies are folded. */
  readonly like?: { readonly name: string; readonly distance: number };
  /** Near copies of this found rule that are folded into its row, best first. */
  readonly copies?: readonly Pick<LeaderboardRow, 'index' | 'rule' | 'key' | 'reward'>[];
}

/** An evaluation that is in the store, and where it comes from. */
export interface Scored {
  readonly evaluation: Evaluation;
  /** Whether an equal one was in the store or on its way already. */
  readonly cached: boolean;
  /** The worker that made it, if it is not cached. */
  readonly worker?: string;
  /** Who made it when, if it was in the store. */
  readonly origin?: Origin;
}

/** What a run that is resumed was told before. */
export interface Earlier {
  /** Evaluations of its proposals, in order. */
  readonly evaluations: readonly EvaluationSummary[];
  readonly batchMeans: readonly number[];
}

/** What a run says while it goes; the command line draws it, `--json` ignores it. */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly run: string;
      readonly samples: number;
      readonly resumedAt: number;
      /** What was told before. */
      readonly earlier?: Earlier;
    }
  | {
      readonly type: 'progress';
      readonly workers: readonly WorkerStatus[];
      readonly progress: EvaluationProgress;
    }
  | (Scored & { readonly type: 'reference' })
  /** A batch was asked for, and is stored: proposals `first`, `first` + 1, …, `size` of them. */
  | { readonly type: 'asked'; readonly batch: number; readonly first: number; readonly size: number }
  | (Scored & {
      readonly type: 'evaluated';
      /** Index of the proposal, 0…samples−1. */
      readonly index: number;
    })
  | {
      readonly type: 'batch';
      readonly batch: number;
      /** Proposals told so far. */
      readonly told: number;
      readonly meanReward: number;
      readonly distinct: number;
      readonly best: { readonly rule: string; readonly reward: number };
      readonly metrics: Metrics;
    }
  | (Scored & { readonly type: 'retest' })
  | { readonly type: 'stopped'; readonly run: string; readonly told: number }
  | { readonly type: 'finished'; readonly run: string; readonly leaderboard: readonly LeaderboardRow[] };
