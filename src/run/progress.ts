import type { WorkerStatus } from '../dispatch/index.ts';
import {
  ACCURACY,
  byStanding,
  type Evaluation,
  type EvaluationSummary,
  type Metric,
} from '../evaluation/index.ts';
import type { Metrics } from '../search/index.ts';
import { distinctRules } from './copies.ts';
import type { Earlier, RunEvent } from './events.ts';
import { NOTHING_SPARED, type Spared, withOne } from './spared.ts';

/** How far a run has come: a fold of its events. */
export interface RunProgress {
  readonly run: string;
  /** What its scores are called, and which way they get better. */
  readonly metric: Metric;
  readonly phase: 'starting' | 'references' | 'search' | 'retests' | 'over';
  /** Number of proposals that the run makes in all. */
  readonly samples: number;
  /** Number of proposals whose rewards the strategy was told. */
  readonly told: number;
  /** Number of proposals that this process scored. */
  readonly scored: number;
  /** Number of those that were trained; the scores of the others were known. */
  readonly trained: number;
  /** Index of the first proposal that this process scores. */
  readonly resumedAt: number;
  /** Seconds of all trainings, including those of references and retests. */
  readonly trainingSeconds: number;
  /** Number of all trainings, including those of references and retests. */
  readonly trainings: number;
  readonly references: readonly Evaluation[];
  /** Number of retests that were made. */
  readonly retests: number;
  /** Numbers of references and retests that the run makes in all. */
  readonly expected: { readonly references: number; readonly retests: number };
  /** The best proposals of rules that behave differently, best first, at most {@link TOP}. */
  readonly top: readonly EvaluationSummary[];
  /** Proposals so far that ended without a whole training of their own. */
  readonly spared: Spared;
  /** Mean reward of each batch. */
  readonly batchMeans: readonly number[];
  /** Best reward up to the end of each batch. */
  readonly bestSoFar: readonly number[];
  readonly metrics: Metrics;
  readonly workers: readonly WorkerStatus[];
}

/** Number of rules in {@link RunProgress.top}. */
export const TOP = 5;

/**
 * Returns the progress before the first event.
 *
 * @param known `told`: number of proposals that were told before this process resumed the run; `metric`: an accuracy unless given.
 */
export function initialProgress(
  run: string,
  samples: number,
  expected: RunProgress['expected'],
  { told = 0, metric = ACCURACY }: { readonly told?: number | undefined; readonly metric?: Metric } = {},
): RunProgress {
  const none = { scored: 0, trained: 0, resumedAt: 0, trainingSeconds: 0, trainings: 0, retests: 0 };
  const empty = { references: [], top: [], batchMeans: [], bestSoFar: [], metrics: {}, workers: [] };
  return {
    run,
    metric,
    phase: 'starting',
    samples,
    told,
    expected,
    spared: NOTHING_SPARED,
    ...none,
    ...empty,
  };
}

/** Returns the progress after one more event. */
export function advance(progress: RunProgress, event: RunEvent): RunProgress {
  switch (event.type) {
    case 'started':
      return {
        ...progress,
        phase: 'references',
        run: event.run,
        samples: event.samples,
        resumedAt: event.resumedAt,
        // The store may hold more told proposals than the checkpoint from which the run is resumed.
        told: Math.max(progress.told, event.resumedAt),
        ...(event.earlier === undefined ? {} : found(event.earlier)),
      };
    case 'asked':
      return progress;
    case 'progress':
      return { ...progress, workers: event.workers };
    case 'reference':
      return { ...timed(progress, event), references: [...progress.references, event.evaluation] };
    case 'evaluated':
      return scored(timed(progress, event), event);
    case 'batch':
      return {
        ...progress,
        phase: event.told === progress.samples ? 'retests' : 'search',
        told: Math.max(progress.told, event.told),
        metrics: event.metrics,
        batchMeans: [...progress.batchMeans, event.meanReward],
        bestSoFar: [...progress.bestSoFar, event.best.reward],
      };
    case 'retest':
      return { ...timed(progress, event), phase: 'retests', retests: progress.retests + 1 };
    case 'stopped':
    case 'finished':
      return { ...progress, phase: 'over' };
  }
}

/** Returns the part of the progress that was made before this process resumed the run. */
const found = ({ evaluations, batchMeans }: Earlier) => ({
  top: bestDistinct(evaluations),
  spared: evaluations.reduce(withOne, NOTHING_SPARED),
  batchMeans,
  bestSoFar: bestSoFar(evaluations, batchMeans.length),
});

/** Returns the best reward up to the end of each batch. All batches have equal sizes. */
function bestSoFar(evaluations: readonly EvaluationSummary[], batches: number): readonly number[] {
  const size = Math.ceil(evaluations.length / batches);
  let best: EvaluationSummary | undefined;
  return Array.from({ length: batches }, (_, i) => {
    for (const one of evaluations.slice(i * size, (i + 1) * size)) {
      if (best === undefined || byStanding(one, best) < 0) best = one;
    }
    return best?.reward ?? Number.NaN;
  });
}

function timed(progress: RunProgress, event: { evaluation: Evaluation; cached: boolean }): RunProgress {
  if (event.cached) return progress;
  const trainingSeconds = progress.trainingSeconds + event.evaluation.seconds;
  return { ...progress, trainingSeconds, trainings: progress.trainings + 1 };
}

function scored(
  progress: RunProgress,
  { evaluation, cached }: RunEvent & { type: 'evaluated' },
): RunProgress {
  const last = progress.top[TOP - 1];
  const better = last === undefined || byStanding(evaluation, last) < 0;
  const top = better ? bestDistinct([evaluation, ...progress.top]) : progress.top;
  const trained = progress.trained + (cached ? 0 : 1);
  const spared = withOne(progress.spared, evaluation);
  return { ...progress, phase: 'search', scored: progress.scored + 1, trained, spared, top };
}

/** Returns the best evaluations of rules that behave differently, best first. */
function bestDistinct(evaluations: readonly EvaluationSummary[]): readonly EvaluationSummary[] {
  return distinctRules([...evaluations].sort(byStanding), TOP);
}

/** Estimates the seconds that are left at the pace so far; NaN before the first training has ended. */
export function secondsLeft(progress: RunProgress): number {
  const { samples, resumedAt, scored, trained, expected, trainings, trainingSeconds } = progress;
  const fresh = scored === 0 ? 1 : trained / scored;
  const rules = (samples - resumedAt - scored) * fresh;
  const others = expected.references - progress.references.length + expected.retests - progress.retests;
  const perTraining = trainingSeconds / trainings / Math.max(progress.workers.length, 1);
  return Math.max(rules + others, 0) * perTraining;
}
