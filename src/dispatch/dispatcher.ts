import type { Evaluation, EvaluationProgress, EvaluationRequest } from '../evaluate/index.ts';

/**
 * Who evaluates. Guarantees, of every implementation:
 * - an accepted request settles, unless `close` or its signal comes first, which rejects it with an AbortError;
 * - delivery is at least once: a worker that crashes, exits or hangs costs its evaluation one try; after
 *   {@link MAX_TRIES} tries the request resolves with status `failed`, reward chance, and the last reason as `error`;
 * - bad input (an unknown task, a rule that does not parse) rejects with the NosError, at once, without another try;
 * - requests start in the order in which they came; they may settle in any order;
 * - the result does not depend on the number of workers.
 */
export interface Dispatcher {
  evaluate(request: EvaluationRequest, options?: EvaluateOptions): Promise<Evaluation>;
  /** One entry a worker, in a fixed order. */
  workers(): readonly WorkerStatus[];
  /** Stops the workers, busy ones included, and frees everything. May be called twice. */
  close(): Promise<void>;
}

export const MAX_TRIES = 3;

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

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
