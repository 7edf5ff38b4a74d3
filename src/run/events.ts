import type { WorkerStatus } from '../dispatch/index.ts';
import type { Evaluation, EvaluationProgress, EvaluationSummary, Metric } from '../evaluation/index.ts';
import type { Metrics } from '../search/index.ts';
import type { Origin } from '../store/index.ts';
import type { LeaderboardRow } from './leaderboard.ts';

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
      /** What the scores are called, and which way they get better, where they have units of their own. */
      readonly metric?: Metric;
    }
  | (Scored & { readonly type: 'retest' })
  | { readonly type: 'stopped'; readonly run: string; readonly told: number }
  | { readonly type: 'finished'; readonly run: string; readonly leaderboard: readonly LeaderboardRow[] };
