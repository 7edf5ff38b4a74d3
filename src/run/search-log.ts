import {
  ACCURACY,
  byStanding,
  type EvaluationSummary,
  isShare,
  type Metric,
  type Standing,
} from '../evaluation/index.ts';
import type { LoopLog, Resume, ScoredProposal, StrategyPast } from '../search/index.ts';
import type { Store, StoredProposal } from '../store/index.ts';
import type { Earlier, RunEvent } from './events.ts';

type Best = Extract<RunEvent, { type: 'batch' }>['best'] & Standing;

/** What the loop needs to go on where the store's newest checkpoint was taken. */
export interface SearchProgress {
  /** Undefined before the first batch. */
  readonly past: StrategyPast | undefined;
  readonly resumeFrom: Resume;
  /** What is known of the proposals told, all of them scored. */
  readonly earlier: Earlier;
  /** The best of them. */
  readonly best: Best | undefined;
}

export async function readProgress(store: Store, run: string): Promise<SearchProgress> {
  const checkpoint = await store.checkpoint(run);
  const { asked, told } = checkpoint ?? { asked: 0, told: 0 };
  const batches = await store.batches(run);
  const first = batches[told]?.first ?? (batches.at(-1)?.first ?? 0) + (batches.at(-1)?.size ?? 0);
  const proposals = await store.proposals(run, first);
  const inFlight = Array.from({ length: asked - told }, (_, i) =>
    proposals.filter(({ batch }) => batch === told + i).map(asAsked),
  );
  const evaluations = await evaluationsUpTo(first, store, run);
  const batchMeans = batches
    .slice(0, told)
    .map((batch) => meanReward(evaluations.slice(batch.first, batch.first + batch.size)));
  return {
    past: checkpoint && { state: checkpoint.state, appended: await store.appended(run) },
    resumeFrom: { told, inFlight },
    earlier: { evaluations, batchMeans },
    best: await bestOf(evaluations, store, run),
  };
}

async function evaluationsUpTo(
  end: number,
  store: Store,
  run: string,
): Promise<readonly EvaluationSummary[]> {
  const evaluations: EvaluationSummary[] = [];
  for await (const { index, evaluation } of store.streamSummaries(run, ['proposal'])) {
    if (index >= end) break;
    evaluations.push(evaluation);
  }
  return evaluations;
}

/** The best proposal, by the text that was proposed; of equal ones the first. */
async function bestOf(
  evaluations: readonly EvaluationSummary[],
  store: Store,
  run: string,
): Promise<Best | undefined> {
  const [first, ...others] = evaluations;
  if (first === undefined) return undefined;
  const best = others.reduce((so, one) => (byStanding(one, so) < 0 ? one : so), first);
  const { rule } = await store.proposal(run, evaluations.indexOf(best));
  return { rule, status: best.status, reward: best.reward };
}

/** The loop's log, kept in the store; says each told batch to `emit`. */
export function storeLog(
  store: Store,
  run: string,
  progress: SearchProgress,
  emit: (event: RunEvent) => void,
  metric: Metric = ACCURACY,
): LoopLog {
  let { best } = progress;
  return {
    asked: async ({ batch, firstIndex, proposals, told, checkpoint }) => {
      await store.addBatch(
        run,
        {
          batch,
          first: firstIndex,
          proposals,
          appended: checkpoint.appended,
        },
        { asked: batch + 1, told, state: checkpoint.state },
      );
      emit({ type: 'asked', batch, first: firstIndex, size: proposals.length });
    },
    told: async ({ batch, firstIndex, scored, metrics }) => {
      await store.tellBatch(run, batch, metrics);
      for (const one of scored) best = better(best, one.proposal.rule, one);
      emit({
        type: 'batch',
        batch,
        told: firstIndex + scored.length,
        meanReward: meanReward(scored),
        distinct: new Set(scored.map(({ proposal }) => proposal.identity.key)).size,
        best: { rule: (best as Best).rule, reward: (best as Best).reward },
        metrics,
        ...ownMetric(metric),
      });
    },
  };
}

/** A stored proposal as the strategy gave it. */
function asAsked({ rule, tokens, logProbability, parent }: StoredProposal): ScoredProposal['proposal'] {
  return {
    ...{ rule, tokens },
    ...(logProbability === undefined ? {} : { logProbability }),
    ...(parent === undefined ? {} : { parent }),
  };
}

/** Ties go to the earlier. */
function better(best: Best | undefined, rule: string, { status, reward }: Standing): Best {
  const one = { rule, status, reward };
  return best === undefined || byStanding(one, best) < 0 ? one : best;
}

/** The metric, unless scores are accuracies. */
export const ownMetric = (metric: Metric): { readonly metric?: Metric } =>
  isShare(metric) ? {} : { metric };

/** The mean of those that came to something, where the others have no finite reward; NaN if none did. */
export function meanReward(scored: readonly { readonly reward: number }[]): number {
  const finite = scored.filter(({ reward }) => Number.isFinite(reward));
  return finite.reduce((sum, { reward }) => sum + reward, 0) / finite.length;
}
