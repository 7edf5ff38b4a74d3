import {
  type Evaluation,
  type EvaluationProgress,
  type EvaluationRequest,
  evaluationId,
  type Metric,
  misfit,
} from '../../evaluation/index.ts';
import { unpackError } from '../messages.ts';
import type { CheckedRequest } from '../request.ts';
import {
  type Answer,
  type AskedEvaluation,
  answerSchema,
  complaint,
  deviation,
  type JobData,
  jobId,
  type Project,
  parseJson,
} from './wire.ts';

/** Somebody who waits for an evaluation. */
export interface Waiter {
  readonly request: EvaluationRequest;
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly onWorker: (worker: string) => void;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (reason: unknown) => void;
}

/** An evaluation that somebody waits for. */
export interface PendingJob {
  readonly id: string;
  readonly data: JobData;
  /** What an answer must say of itself. */
  readonly asked: AskedEvaluation;
  /** What the task's score is called, and which way it gets better. */
  readonly metric: Metric;
  readonly failed: CheckedRequest['failed'];
  readonly waiters: Set<Waiter>;
  /** `refused`: Redis did not take it; `running`: a worker has it. */
  state: 'waiting' | 'running' | 'refused';
  /** Workers that died with it, and answers that were none. */
  failures: number;
}

/** Makes the job of a request, with nobody who waits for it yet. Requests for the same evaluation of one run have the same id. */
export function pendingJob(
  { request, key, metric, failed }: CheckedRequest,
  { task, fingerprint, version }: Project,
  run: string,
): PendingJob {
  const data = { ...request, task };
  return {
    id: jobId([evaluationId({ ...data, key }), fingerprint, run]),
    data,
    asked: { ...data, key, fingerprint, version },
    metric,
    failed,
    waiters: new Set(),
    state: 'waiting',
    failures: 0,
  };
}

/** Reads what was given as the answer to a job. An answer to another question is none; the reason says what is wrong. */
export function readAnswer(
  text: string,
  { asked, metric }: Pick<PendingJob, 'asked' | 'metric'>,
): Answer | { readonly type: 'invalid'; readonly reason: string } {
  const { success, data, error } = answerSchema.safeParse(parseJson(text));
  if (!success) return { type: 'invalid', reason: complaint(error) };
  if (data.type !== 'done') return data;
  const misfitting = misfit(data.evaluation, metric);
  const reason = deviation(data.evaluation, asked) ?? (misfitting && `it has ${misfitting}`);
  return reason === undefined ? data : { type: 'invalid', reason };
}

/** Settles all who wait for a job. */
export function settle(
  { waiters, failed }: PendingJob,
  answer: Answer | { readonly type: 'lost'; readonly reason: string },
): void {
  for (const { request, resolve, reject } of waiters) {
    if (answer.type === 'threw') reject(unpackError(answer.thrown));
    else if (answer.type === 'lost') failed(answer.reason).then(resolve, reject);
    else resolve({ ...answer.evaluation, task: request.task });
  }
}
