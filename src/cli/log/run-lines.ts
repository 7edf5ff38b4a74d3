import type { Evaluation } from '../../evaluation/index.ts';
import { accuracy, duration, learningRate, plural, rewardText } from '../../report/index.ts';
import type { RunEvent } from '../../run/index.ts';
import type { LogLine } from './events.ts';

/** Facts about a run that its events do not hold. */
export interface Circumstances {
  /** Seconds since this process began with the run. */
  readonly seconds: number;
  /** Fields of the first line of the run. */
  readonly facts: LogLine['fields'];
}

/** Returns the line of the log for an event of a run. */
export function runLine(event: RunEvent, circumstances: Circumstances): LogLine {
  return { ...lineOf(event, circumstances), viewed: true };
}

function lineOf(event: RunEvent, { seconds, facts }: Circumstances): LogLine {
  switch (event.type) {
    case 'started':
      return started(event, facts);
    case 'asked': {
      const { batch, first, size } = event;
      return {
        event: 'batch-asked',
        fields: { batch, first, size },
        message: `batch ${batch + 1}: ${plural(size, 'rule')} proposed`,
      };
    }
    case 'progress': {
      const { phase, learningRate, done } = event.progress;
      const message = `in training: ${phase}, ${Math.floor(100 * done)}%`;
      return { event: 'evaluation-progress', fields: { phase, learningRate, done }, message };
    }
    case 'reference':
      return scored(event, { role: 'reference' });
    case 'evaluated':
      return scored(event, { role: 'proposal', index: event.index });
    case 'retest':
      return scored(event, { role: 'retest' });
    case 'batch': {
      const { batch, told, meanReward, distinct, best, metrics } = event;
      return {
        event: 'batch-told',
        fields: {
          ...{ batch, told, meanReward, distinct, bestReward: best.reward, bestRule: best.rule },
          ...{ metrics, elapsed: seconds },
        },
        message: `batch ${batch + 1}: ${told} told, mean ${accuracy(meanReward)}, best ${accuracy(best.reward)}`,
      };
    }
    case 'stopped': {
      const { told } = event;
      const message = `stopped after ${plural(told, 'rule')}`;
      return { event: 'run-stopped', fields: { told, elapsed: seconds }, message };
    }
    case 'finished': {
      const [best] = event.leaderboard;
      const fields = { bestRule: best?.rule, bestReward: best?.retest?.mean ?? best?.reward };
      const message = `finished in ${duration(seconds)}`;
      return { event: 'run-finished', fields: { ...fields, elapsed: seconds }, message };
    }
  }
}

function started(
  { samples, resumedAt }: Extract<RunEvent, { type: 'started' }>,
  facts: LogLine['fields'],
): LogLine {
  if (resumedAt === 0) {
    return {
      event: 'run-started',
      fields: { samples, ...facts },
      message: `started: ${plural(samples, 'rule')}`,
    };
  }
  return {
    event: 'run-resumed',
    fields: { samples, told: resumedAt, ...facts },
    message: `going on after ${plural(resumedAt, 'rule')} of ${samples}`,
  };
}

type Scored = Extract<RunEvent, { type: 'reference' | 'evaluated' | 'retest' }>;

/** Returns the line for a score that was known, was trained, or failed after three tries. */
function scored({ evaluation, cached, worker }: Scored, what: { role: string; index?: number }): LogLine {
  const { key, rule, seed, reward, status } = evaluation;
  const fields = { ...what, key, rule, seed, reward };
  if (cached) {
    const message = `known  ${accuracy(reward)}  ${rule}  seed ${seed}`;
    return { event: 'evaluation-cached', fields: { ...fields, status }, message };
  }
  if (evaluation.status === 'failed') {
    const { error } = evaluation;
    const message = `failed  ${rule}  seed ${seed}  ${error}`;
    return { event: 'evaluation-failed', fields: { ...fields, worker, reason: error }, message };
  }
  return {
    event: 'evaluation-finished',
    fields: { ...what, worker, ...evaluationFields(evaluation) },
    message: evaluationText(evaluation),
  };
}

/** Returns the fields of an evaluation, in the log of the search and of the worker. */
export function evaluationFields(evaluation: Evaluation): LogLine['fields'] {
  const { key, rule, seed, reward, status, learningRate, steps, seconds } = evaluation;
  const reason = 'reason' in evaluation ? { reason: evaluation.reason } : {};
  return { key, rule, seed, reward, status, ...reason, learningRate, steps, seconds };
}

export function evaluationText(evaluation: Evaluation): string {
  const { rule, seed, status, seconds } = evaluation;
  const rate = learningRate(evaluation.learningRate);
  const reason = 'reason' in evaluation ? ` (${evaluation.reason})` : '';
  return `${rewardText(evaluation)}  ${rule}  seed ${seed}  ${status}${reason}  rate ${rate}  ${duration(seconds)}`;
}
