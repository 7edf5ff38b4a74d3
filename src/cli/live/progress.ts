import type { WorkerStatus } from '../../dispatch/index.ts';
import { byStanding, type Evaluation } from '../../evaluation/index.ts';
import { distinctRules, type Earlier, type RunEvent } from '../../run/index.ts';
import type { Metrics } from '../../search/index.ts';
import type { EvaluationSummary } from '../../store/index.ts';

/** What the live view knows of a run: folded from its events, drawn by `screen.ts`. */
export interface Progress {
  readonly run: string;
  readonly phase: 'starting' | 'references' | 'search' | 'retests' | 'over';
  /** Proposals to score in all, and proposals told. */
  readonly samples: number;
  readonly told: number;
  /** Proposals scored by this process, and how many of them had to be trained: the others were known. */
  readonly scored: number;
  readonly trained: number;
  /** Where this process took the run up. */
  readonly resumedAt: number;
  /** Seconds of all trainings, and how many there were: references and retests included. */
  readonly trainingSeconds: number;
  readonly trainings: number;
  readonly references: readonly Evaluation[];
  readonly retests: number;
  /** References and retests that the run makes in all. */
  readonly expected: { readonly references: number; readonly retests: number };
  /** The best distinct rules, best first. */
  readonly top: readonly EvaluationSummary[];
  /** The mean reward of every batch told, and the best reward up to it. */
  readonly batchMeans: readonly number[];
  readonly bestSoFar: readonly number[];
  readonly metrics: Metrics;
  readonly workers: readonly WorkerStatus[];
}

/** Rules that the live view lists. */
export const TOP = 5;

/** @param told - proposals that were told before this process took the run up. */
export function initialProgress(
  run: string,
  samples: number,
  expected: Progress['expected'],
  told = 0,
): Progress {
  return {
    run,
    phase: 'starting',
    samples,
    told,
    scored: 0,
    trained: 0,
    resumedAt: 0,
    trainingSeconds: 0,
    trainings: 0,
    references: [],
    retests: 0,
    expected,
    top: [],
    batchMeans: [],
    bestSoFar: [],
    metrics: {},
    workers: [],
  };
}

/** The progress after one more event. */
export function advance(progress: Progress, event: RunEvent): Progress {
  switch (event.type) {
    case 'started':
      return {
        ...progress,
        phase: 'references',
        run: event.run,
        samples: event.samples,
        resumedAt: event.resumedAt,
        // More may have been told than the checkpoint knows from which the run goes on.
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

/** What was found before this process took the run up. */
const found = ({ evaluations, batchMeans }: Earlier) => ({
  top: bestDistinct(evaluations),
  batchMeans,
  bestSoFar: bestSoFar(evaluations, batchMeans.length),
});

/** The best reward up to the end of each of so many batches of equal sizes. */
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

function timed(progress: Progress, event: { evaluation: Evaluation; cached: boolean }): Progress {
  if (event.cached) return progress;
  const trainingSeconds = progress.trainingSeconds + event.evaluation.seconds;
  return { ...progress, trainingSeconds, trainings: progress.trainings + 1 };
}

function scored(progress: Progress, { evaluation, cached }: RunEvent & { type: 'evaluated' }): Progress {
  const last = progress.top[TOP - 1];
  const better = last === undefined || byStanding(evaluation, last) < 0;
  const top = better ? bestDistinct([evaluation, ...progress.top]) : progress.top;
  const trained = progress.trained + (cached ? 0 : 1);
  return { ...progress, phase: 'search', scored: progress.scored + 1, trained, top };
}

/** The best evaluations of rules that behave differently, best first: as many as the live view lists. */
function bestDistinct(evaluations: readonly EvaluationSummary[]): readonly EvaluationSummary[] {
  return distinctRules([...evaluations].sort(byStanding), TOP);
}

/** Seconds that are left at the pace so far; NaN before the first training has ended. */
export function secondsLeft(progress: Progress): number {
  const { samples, resumedAt, scored, trained, expected, trainings, trainingSeconds } = progress;
  const fresh = scored === 0 ? 1 : trained / scored;
  const rules = (samples - resumedAt - scored) * fresh;
  const others = expected.references - progress.references.length + expected.retests - progress.retests;
  const perTraining = trainingSeconds / trainings / Math.max(progress.workers.length, 1);
  return Math.max(rules + others, 0) * perTraining;
}
