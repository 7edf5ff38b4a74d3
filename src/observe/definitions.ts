import { statuses } from '../evaluation/index.ts';

/**
 * Every metric of `/metrics`, once: docs/operating.md describes each, and a test compares the two. Names and units are those that
 * Prometheus recommends: counters end in `_total`, times are in seconds.
 */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Values of each label, if they are known: their series exist from the start, at zero. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /** Role of the processes that have it; both unless given. */
  readonly of?: Role;
  /** Whether it only exists if there is a Redis. */
  readonly redis?: boolean;
}

/** Role of a process: `search` for `nos search` and `nos resume`, `worker` for `nos worker`. */
export type Role = 'search' | 'worker';

export const metrics = {
  nos_build_info: {
    kind: 'gauge',
    help: 'Always 1: version and fingerprint of this process.',
    labels: { version: [], fingerprint: [] },
  },
  nos_run_info: {
    kind: 'gauge',
    help: 'Always 1: the run that this process searches or evaluates for.',
    labels: { run: [] },
  },
  nos_run_samples: { kind: 'gauge', help: 'Rules that the run is to propose in all.', of: 'search' },
  nos_run_told: {
    kind: 'gauge',
    help: 'Rules told to the strategy so far, by earlier processes of the run too.',
    of: 'search',
  },
  nos_proposals_total: { kind: 'counter', help: 'Rules proposed by this process.', of: 'search' },
  nos_evaluations_total: {
    kind: 'counter',
    help: 'Evaluations that ended, by outcome; cached ones do not count.',
    labels: { outcome: statuses },
  },
  nos_evaluation_seconds: {
    kind: 'histogram',
    help: 'Time of training of an evaluation that did not fail.',
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000],
  },
  nos_cache_hits_total: {
    kind: 'counter',
    help: 'Scores that were in the store, or on their way already: no evaluation.',
    of: 'search',
  },
  nos_retries_total: {
    kind: 'counter',
    help: 'Tries that ended with a crash or a hang of their process, and were followed by another try.',
  },
  nos_requeued_total: {
    kind: 'counter',
    help: 'Jobs that wait in Redis again: returned by a worker that is gone or ends, or readded as Redis had lost them.',
    labels: { reason: ['returned', 'readded'] },
    of: 'search',
    redis: true,
  },
  nos_dropped_total: {
    kind: 'counter',
    help: 'Jobs that this worker gave up: handed back at its end, cancelled, or threw.',
    labels: { reason: ['handed-back', 'cancelled', 'threw'] },
    of: 'worker',
  },
  nos_locks_total: {
    kind: 'counter',
    help: 'Locks of jobs that ran out: lost to another worker, or retaken in time.',
    labels: { outcome: ['lost', 'retaken'] },
    of: 'worker',
  },
  nos_queue_depth: {
    kind: 'gauge',
    help: 'Evaluations that this search waits for: not begun, or in training.',
    labels: { state: ['waiting', 'active'] },
    of: 'search',
  },
  nos_workers: {
    kind: 'gauge',
    help: 'Evaluating processes by state; a worker on Redis has one or more.',
    labels: { state: ['starting', 'idle', 'busy'] },
  },
  nos_best_reward: {
    kind: 'gauge',
    help: 'The best reward of a proposed rule so far, in the units of its score; absent before the first batch.',
    of: 'search',
  },
  nos_batch_reward: {
    kind: 'gauge',
    help: 'Mean reward of the batch told last, in the same units; absent before the first.',
    of: 'search',
  },
  nos_redis_up: { kind: 'gauge', help: '1 while connected to Redis, 0 while not.', redis: true },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metrics;

export const metricNames = Object.keys(metrics) as readonly MetricName[];

export function definitionOf(name: MetricName): MetricDefinition {
  return metrics[name];
}
