import type { DispatchEvent, QueueDepth, WorkerEvent } from '../dispatch/index.ts';
import type { Evaluation } from '../evaluation/index.ts';
import type { RunEvent } from '../run/index.ts';
import type { MetricName } from './definitions.ts';

/** A change of a metric: a counter grows by `value`, a gauge is set to it, a histogram counts it. */
export interface Measure {
  readonly metric: MetricName;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Returns the measures that an event of a run gives. */
export function measuresOfRun(event: RunEvent): readonly Measure[] {
  switch (event.type) {
    case 'started':
      return [
        { metric: 'nos_run_info', value: 1, labels: { run: event.run } },
        { metric: 'nos_run_samples', value: event.samples },
        { metric: 'nos_run_told', value: event.resumedAt },
      ];
    case 'asked':
      return [{ metric: 'nos_proposals_total', value: event.size }];
    case 'reference':
    case 'evaluated':
    case 'retest':
      return event.cached ? [{ metric: 'nos_cache_hits_total', value: 1 }] : evaluated(event.evaluation);
    case 'batch':
      return [
        { metric: 'nos_run_told', value: event.told },
        { metric: 'nos_best_reward', value: event.best.reward },
        { metric: 'nos_batch_reward', value: event.meanReward },
      ];
    case 'progress':
    case 'stopped':
    case 'finished':
      return [];
  }
}

/** Returns the measures that an event of a dispatcher gives a search. */
export function measuresOfDispatch(event: DispatchEvent): readonly Measure[] {
  switch (event.type) {
    case 'notice':
      return measuresOfNotice(event);
    case 'retried':
      return [{ metric: 'nos_retries_total', value: 1 }];
    case 'returned':
    case 'readded':
      return [{ metric: 'nos_requeued_total', value: 1, labels: { reason: event.type } }];
    case 'joined':
    case 'left':
    case 'printed':
      return [];
  }
}

/** Returns the measures that an event of a worker gives it. */
export function measuresOfWorker(event: WorkerEvent): readonly Measure[] {
  switch (event.type) {
    case 'notice':
      return measuresOfNotice(event);
    case 'waiting':
      return [{ metric: 'nos_redis_up', value: 1 }];
    case 'joined':
      return [
        { metric: 'nos_redis_up', value: 1 },
        { metric: 'nos_run_info', value: 1, labels: { run: event.run } },
      ];
    case 'done':
      return evaluated(event.evaluation);
    case 'retried':
      return [{ metric: 'nos_retries_total', value: 1 }];
    case 'lock-lost':
    case 'lock-retaken':
      return [{ metric: 'nos_locks_total', value: 1, labels: { outcome: event.type.slice('lock-'.length) } }];
    case 'dropped':
      return event.why === 'failed'
        ? [{ metric: 'nos_evaluations_total', value: 1, labels: { outcome: 'failed' } }]
        : [{ metric: 'nos_dropped_total', value: 1, labels: { reason: event.why } }];
    case 'refused':
    case 'printed':
    case 'started':
      return [];
  }
}

/** State that is read at every scrape. */
export interface Status {
  readonly states: readonly ('starting' | 'idle' | 'busy')[];
  readonly depth?: QueueDepth;
}

export function measuresOfStatus({ states, depth }: Status): readonly Measure[] {
  const workers = (['starting', 'idle', 'busy'] as const).map((state): Measure => {
    const value = states.filter((one) => one === state).length;
    return { metric: 'nos_workers', value, labels: { state } };
  });
  const depths = (['waiting', 'active'] as const).flatMap((state): Measure[] =>
    depth === undefined ? [] : [{ metric: 'nos_queue_depth', value: depth[state], labels: { state } }],
  );
  return [...workers, ...depths];
}

function evaluated({ status, seconds }: Evaluation): readonly Measure[] {
  const ended: Measure = { metric: 'nos_evaluations_total', value: 1, labels: { outcome: status } };
  return status === 'failed' ? [ended] : [ended, { metric: 'nos_evaluation_seconds', value: seconds }];
}

function measuresOfNotice({ about }: { readonly about: string }): readonly Measure[] {
  if (about !== 'lost' && about !== 'back') return [];
  return [{ metric: 'nos_redis_up', value: about === 'back' ? 1 : 0 }];
}

/** Returns the slots of a worker that train after one more event. */
export function busyAfter(busy: ReadonlySet<string>, event: WorkerEvent): ReadonlySet<string> {
  if (event.type === 'started') return new Set([...busy, event.slot]);
  if (event.type !== 'done' && event.type !== 'dropped') return busy;
  return new Set([...busy].filter((slot) => slot !== event.slot));
}
