import type { Evaluation, EvaluationProgress, EvaluationRequest } from '../evaluation/index.ts';

/**
 * Who evaluates: worker processes of this machine (`openLocalPool`), or workers anywhere that take jobs from a queue in Redis
 * (`openRedisQueue`). Guarantees, of every implementation:
 * - an accepted request settles, unless `close` or its signal comes first, which rejects it with an AbortError and ends its
 *   evaluation, running or not;
 * - delivery is at least once: an evaluation may run again, or twice at a time, when a worker is lost;
 * - its effect is exactly once: each request resolves once, and as an evaluation is a pure function of its rule and conditions
 *   on one fingerprint, any of its runs gives the same;
 * - an evaluating process that crashes, exits or hangs costs its evaluation one try, and the next follows at once; after
 *   {@link MAX_TRIES} tries the request resolves with status `failed`, the reward of a training that came to nothing, and the last reason as `error`;
 * - bad input (an unknown task, a rule that does not parse) rejects with the NosError, at once, without another try;
 * - requests start in the order in which they came; they may settle in any order: to tell a strategy in the order of the
 *   proposals is the loop's part;
 * - the result does not depend on the number of workers.
 *
 * The Redis queue also guarantees:
 * - a worker that is lost with its machine costs no try: its job goes to the front of the queue and is evaluated again (within
 *   5 s if another worker is free), as does the job of a worker that is told to end;
 * - whatever Redis loses is added again for as long as a request waits for it; while Redis is away, requests wait;
 * - a worker joins only if version, fingerprint, task and data are the coordinator's.
 */
export interface Dispatcher {
  evaluate(request: EvaluationRequest, options?: EvaluateOptions): Promise<Evaluation>;
  /** One entry a worker, in a fixed order. */
  workers(): readonly WorkerStatus[];
  /** How many evaluations are asked for and not settled. */
  depth(): QueueDepth;
  /** Stops the workers, busy ones included, and frees everything. May be called twice. */
  close(): Promise<void>;
}

export const MAX_TRIES = 3;

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Gets the name of the worker whose answer it is, before that is given. */
  readonly onWorker?: (worker: string) => void;
}

export interface QueueDepth {
  /** Evaluations that no worker has begun. */
  readonly waiting: number;
  /** Evaluations in training. */
  readonly active: number;
}

/** What happens on the way, for logs and metrics; results do not come this way. No text holds a password. */
export type DispatchEvent =
  /** A line for people. */
  | { readonly type: 'notice'; readonly about: NoticeSubject; readonly text: string }
  /** A worker of the Redis joined this search, or is gone. */
  | { readonly type: 'joined' | 'left'; readonly worker: string }
  /** A try was lost with its process, and another one follows: at the Redis queue, one that has followed. */
  | {
      readonly type: 'retried';
      readonly worker: string;
      readonly rule: string;
      readonly seed: number;
      /** The number of the try that was lost: 1, 2. */
      readonly tries: number;
      readonly reason: string;
    }
  /** The worker of a job is gone, or handed it back: it waits again, in front. */
  | { readonly type: 'returned'; readonly rule: string; readonly seed: number }
  /** A task printed a line in a worker process. */
  | { readonly type: 'printed'; readonly worker: string; readonly text: string }
  /** Redis did not have a job any more, and was given it again. */
  | { readonly type: 'readded'; readonly rule: string; readonly seed: number };

/** `lost`, `back`: the connection; `alone`: there is work and no worker; `other`: what Redis complains of. */
export type NoticeSubject = 'lost' | 'back' | 'alone' | 'other';

export interface WorkerStatus {
  readonly name: string;
  readonly state: 'starting' | 'idle' | 'busy';
  /** The rule in training, while busy. */
  readonly rule?: string;
  readonly progress?: EvaluationProgress;
  /** Evaluations that this worker has finished. */
  readonly finished: number;
  /** Times that this worker's process was started again after a crash or a hang. */
  readonly restarts: number;
}
