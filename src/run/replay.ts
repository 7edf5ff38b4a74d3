import { byStanding, type EvaluationSummary } from '../evaluation/index.ts';
import type { Store } from '../store/index.ts';
import { metricOfRun } from './config.ts';
import type { RunEvent } from './events.ts';
import { readOutcome } from './leaderboard.ts';
import { meanReward, ownMetric } from './search-log.ts';
import { readRun } from './stored-run.ts';

/** The events of a stored run, as if it were driven now: scores in order, each batch once it is told. @throws NosError `unknown-name`. */
export async function replayRun(store: Store, run: string): Promise<readonly RunEvent[]> {
  const { config, status, told } = await readRun(store, run);
  const scores = await store.scores(run);
  const of = (wanted: string) => scores.filter(({ role }) => role === wanted);
  const proposals = new Map(of('proposal').map((score) => [score.index, score]));
  const batches = (await store.batches(run)).filter((batch) => batch.told);
  let best: EvaluationSummary | undefined;
  const search = batches.flatMap(({ batch, first, size, metrics }): readonly RunEvent[] => {
    const own = Array.from({ length: size }, (_, i) => proposals.get(first + i)!);
    const evaluations = own.map(({ evaluation }) => evaluation);
    for (const one of evaluations) best = best === undefined || byStanding(one, best) < 0 ? one : best;
    const { rule = '', reward = Number.NaN } = best ?? {};
    return [
      ...own.map(({ index, evaluation }): RunEvent => {
        return { type: 'evaluated', index, evaluation, cached: true };
      }),
      {
        ...{ type: 'batch', batch, told: first + size, metrics, best: { rule, reward } },
        meanReward: meanReward(evaluations),
        distinct: new Set(evaluations.map(({ key }) => key)).size,
        ...ownMetric(metricOfRun(config)),
      },
    ];
  });
  const { leaderboard } = await readOutcome(store, run);
  return [
    { type: 'started', run, samples: config.samples, resumedAt: 0 },
    ...of('reference').map(({ evaluation }): RunEvent => ({ type: 'reference', evaluation, cached: true })),
    ...search,
    ...of('retest').map(({ evaluation }): RunEvent => ({ type: 'retest', evaluation, cached: true })),
    status === 'finished' ? { type: 'finished', run, leaderboard } : { type: 'stopped', run, told },
  ];
}
