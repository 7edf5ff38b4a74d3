import type { Evaluation } from '../../evaluation/index.ts';
import type { NoticeSubject } from '../dispatcher.ts';

/** What happens in a worker, for logs and metrics. */
export type WorkerEvent =
  /** A line for people: the connection is lost, or there again, and the like. */
  | { readonly type: 'notice'; readonly about: NoticeSubject; readonly text: string }
  /** There is no search. */
  | { readonly type: 'waiting'; readonly worker: string }
  | { readonly type: 'joined'; readonly worker: string; readonly run: string; readonly task: string }
  /** Searches that this machine may not or cannot serve, said once: what differs, one line per search. */
  | { readonly type: 'refused'; readonly worker: string; readonly reasons: readonly string[] }
  /** A task printed a line in one of its processes. */
  | { readonly type: 'printed'; readonly worker: string; readonly text: string }
  | (JobEvent & { readonly type: 'started' })
  | (JobEvent & { readonly type: 'done'; readonly evaluation: Evaluation })
  /** A try was lost with its process (of so many, for that reason), and the next one begins. */
  | (JobEvent & { readonly type: 'retried'; readonly tries: number; readonly reason: string })
  /** This worker was taken for dead, or Redis has lost what it held: another worker has the job; or it has taken it again. */
  | (JobEvent & { readonly type: 'lock-lost' | 'lock-retaken' })
  /** An evaluation that gave no reward, and why: `cancelled`, `handed back`, or what went wrong. */
  | (JobEvent & { readonly type: 'dropped'; readonly why: DropReason; readonly reason: string });

/** The job that an event is about. */
export interface JobEvent {
  readonly slot: string;
  /** The job's id in the queue. */
  readonly job: string;
  readonly rule: string;
  readonly seed: number;
}

/** `failed`: three tries were lost; `threw`: the task or the request is wrong. */
export type DropReason = 'cancelled' | 'handed-back' | 'failed' | 'threw';
