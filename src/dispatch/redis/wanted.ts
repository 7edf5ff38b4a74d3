import type { JobsOptions, Queue, QueueEvents } from 'bullmq';
import type { Evaluation, EvaluationProgress, EvaluationRequest } from '../../evaluation/index.ts';
import type { CheckedRequest } from '../request.ts';
import type { Asked, JobData, Project } from './wire.ts';

/** The queue of one project. */
export interface Channel {
  readonly project: Project;
  readonly name: string;
  readonly queue: Queue;
  readonly events: QueueEvents;
}

/** One who waits for an evaluation. */
export interface Waiter {
  readonly request: EvaluationRequest;
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly onWorker: (worker: string) => void;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (reason: unknown) => void;
}

/** An evaluation that somebody waits for. */
export interface Wanted {
  readonly id: string;
  readonly channel: Channel;
  readonly data: JobData;
  /** What an answer must say of itself. */
  readonly asked: Asked;
  readonly failed: CheckedRequest['failed'];
  readonly waiters: Set<Waiter>;
  /** Whether Redis was told of it. */
  added: boolean;
  /** Whether Redis refused to take it, the last time. */
  refused: boolean;
  /** Whether a worker has begun it. */
  active: boolean;
  /** Workers that could not say how it ended. */
  failures: number;
}

/** What is left of jobs for a resumed run that takes their answers. */
const KEPT = { age: 24 * 3_600, count: 10_000 } as const;
export const JOB: JobsOptions = { removeOnComplete: KEPT, removeOnFail: KEPT, stackTraceLimit: 1 };
