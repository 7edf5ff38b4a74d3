import type { QueueDepth, WorkerEvent } from '../dispatch/index.ts';
import type { Evaluation } from '../evaluation/index.ts';
import type { LogEvent, LogLine } from '../log-events.ts';
import type { MetricName } from './definitions.ts';

/** A change of a metric: a counter grows by `value`, a gauge is set to it, a histogram counts it. */
export interface Measure {
  readonly metric: MetricName;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What an event is to those who operate the program: a line of the log, and changes of metrics. */
export interface Observation extends LogLine {
  readonly measures: readonly Measure[];
}

export const observation = (
  event: LogEvent,
  fields: LogLine['fields'],
  message: string,
  measures: readonly Measure[] = [],
): Observation => ({ event, fields, message, measures });

/** A metric that is set to a value, or grows by it. */
export const measure = (metric: MetricName, value = 1, labels?: Measure['labels']): Measure => ({
  metric,
  value,
  ...(labels && { labels }),
});

/** Returns the measures of an evaluation that ended. */
export function measuresOf({ status, seconds }: Evaluation): readonly Measure[] {
  const ended = measure('nos_evaluations_total', 1, { outcome: status });
  return status === 'failed' ? [ended] : [ended, measure('nos_evaluation_seconds', seconds)];
}

/** Returns the fields of an evaluation, in the log of the search and of the worker. */
export function evaluationFields(evaluation: Evaluation): LogLine['fields'] {
  const { key, rule, seed, reward, score, status, learningRate, steps, seconds } = evaluation;
  const reason = 'reason' in evaluation ? { reason: evaluation.reason } : {};
  const own = score && { metric: score.metric, score: score.value };
  return { key, rule, seed, reward, ...own, status, ...reason, learningRate, steps, seconds };
}

/** State that is read at every scrape. */
export interface Status {
  readonly states: readonly ('starting' | 'idle' | 'busy')[];
  readonly depth?: QueueDepth;
}

export function measuresOfStatus({ states, depth }: Status): readonly Measure[] {
  const workers = (['starting', 'idle', 'busy'] as const).map((state) =>
    measure('nos_workers', states.filter((one) => one === state).length, { state }),
  );
  const depths = (['waiting', 'active'] as const).flatMap((state) =>
    depth === undefined ? [] : [measure('nos_queue_depth', depth[state], { state })],
  );
  return [...workers, ...depths];
}

/** Returns the slots of a worker that train after one more event. */
export function busyAfter(busy: ReadonlySet<string>, event: WorkerEvent): ReadonlySet<string> {
  if (event.type === 'started') return new Set([...busy, event.slot]);
  if (event.type !== 'done' && event.type !== 'dropped') return busy;
  return new Set([...busy].filter((slot) => slot !== event.slot));
}
