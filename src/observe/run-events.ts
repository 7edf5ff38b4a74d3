import { type Evaluation, worth } from '../evaluation/index.ts';
import type { LogLine } from '../log-events.ts';
import { duration, learningRate, plural, rewardText, scoreText } from '../report/index.ts';
import type { RunEvent } from '../run/index.ts';
import { evaluationFields, measure, measuresOf, type Observation, observation } from './observation.ts';

/** Facts about a run that its events do not hold. */
export interface Circumstances {
  /** Seconds since this process began with the run. */
  readonly seconds: number;
  /** Fields of the first line of the run. */
  readonly facts: LogLine['fields'];
}

/** Observes an event of a run. The live view shows all of them. */
export function observeRun(event: RunEvent, circumstances: Circumstances): Observation {
  return { ...observationOf(event, circumstances), viewed: true };
}

function observationOf(event: RunEvent, { seconds, facts }: Circumstances): Observation {
  switch (event.type) {
    case 'started':
      return started(event, facts);
    case 'asked': {
      const { batch, first, size } = event;
      return observation(
        'batch-asked',
        { batch, first, size },
        `batch ${batch + 1}: ${plural(size, 'rule')} proposed`,
        [measure('nos_proposals_total', size)],
      );
    }
    case 'progress': {
      const { phase, learningRate, done } = event.progress;
      return observation(
        'evaluation-progress',
        { phase, learningRate, done },
        `in training: ${phase}, ${Math.floor(100 * done)}%`,
      );
    }
    case 'reference':
      return scored(event, { role: 'reference' });
    case 'evaluated':
      return scored(event, { role: 'proposal', index: event.index });
    case 'retest':
      return scored(event, { role: 'retest' });
    case 'batch': {
      const { batch, told, meanReward, distinct, best, metrics, metric } = event;
      const inUnits = (reward: number): number => worth(reward, metric?.goal ?? 'maximise');
      const figures = { batch, told, meanReward, distinct, bestReward: best.reward, bestRule: best.rule };
      return observation(
        'batch-told',
        {
          ...figures,
          ...(metric && { metric: metric.metric, goal: metric.goal }),
          metrics,
          elapsed: seconds,
        },
        `batch ${batch + 1}: ${told} told, mean ${scoreText(meanReward, metric)}, best ${scoreText(best.reward, metric)}`,
        [
          measure('nos_run_told', told),
          measure('nos_best_reward', inUnits(best.reward)),
          measure('nos_batch_reward', inUnits(meanReward)),
        ],
      );
    }
    case 'stopped': {
      const { told } = event;
      const message = `stopped after ${plural(told, 'rule')}`;
      return observation('run-stopped', { told, elapsed: seconds }, message);
    }
    case 'finished': {
      const [best] = event.leaderboard;
      const fields = { bestRule: best?.rule, bestReward: best?.retest?.mean ?? best?.reward };
      return observation('run-finished', { ...fields, elapsed: seconds }, `finished in ${duration(seconds)}`);
    }
  }
}

function started(
  { run, samples, resumedAt }: Extract<RunEvent, { type: 'started' }>,
  facts: LogLine['fields'],
): Observation {
  const measures = [
    measure('nos_run_info', 1, { run }),
    measure('nos_run_samples', samples),
    measure('nos_run_told', resumedAt),
  ];
  if (resumedAt === 0) {
    return observation('run-started', { samples, ...facts }, `started: ${plural(samples, 'rule')}`, measures);
  }
  const message = `going on after ${plural(resumedAt, 'rule')} of ${samples}`;
  return observation('run-resumed', { samples, told: resumedAt, ...facts }, message, measures);
}

type Scored = Extract<RunEvent, { type: 'reference' | 'evaluated' | 'retest' }>;

/** Observes a score that was known, was trained, or failed after three tries. */
function scored(
  { evaluation, cached, worker }: Scored,
  what: { readonly role: string; readonly index?: number },
): Observation {
  const { key, rule, seed, reward, status } = evaluation;
  const fields = { ...what, key, rule, seed, reward };
  if (evaluation.reuses !== undefined) {
    const message = `${evaluation.reuses.near ? 'near copy of' : 'same as'} ${evaluation.reuses.rule}  ${rewardText(evaluation)}  ${rule}  seed ${seed}`;
    return observation('evaluation-reused', { ...fields, status, reuses: evaluation.reuses.key }, message, [
      measure('nos_cache_hits_total'),
    ]);
  }
  if (cached) {
    const message = `known  ${scoreText(reward, evaluation.score)}  ${rule}  seed ${seed}`;
    return observation('evaluation-cached', { ...fields, status }, message, [
      measure('nos_cache_hits_total'),
    ]);
  }
  const measures = measuresOf(evaluation);
  if (evaluation.status === 'failed') {
    const { error } = evaluation;
    const message = `failed  ${rule}  seed ${seed}  ${error}`;
    return observation('evaluation-failed', { ...fields, worker, reason: error }, message, measures);
  }
  return observation(
    'evaluation-finished',
    { ...what, worker, ...evaluationFields(evaluation) },
    evaluationText(evaluation),
    measures,
  );
}

function evaluationText(evaluation: Evaluation): string {
  const { rule, seed, status, seconds } = evaluation;
  const rate = learningRate(evaluation.learningRate);
  const reason = 'reason' in evaluation ? ` (${evaluation.reason})` : '';
  return `${rewardText(evaluation)}  ${rule}  seed ${seed}  ${status}${reason}  rate ${rate}  ${duration(seconds)}`;
}
