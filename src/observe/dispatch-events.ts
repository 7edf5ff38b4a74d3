import type { DispatchEvent, NoticeSubject, WorkerEvent } from '../dispatch/index.ts';
import type { LogEvent, LogLine } from '../log-events.ts';
import { duration, scoreText } from '../report/index.ts';
import { evaluationFields, measure, measuresOf, type Observation, observation } from './observation.ts';

/** Observes an event of a search's dispatcher. */
export function observeDispatch(event: DispatchEvent): Observation {
  switch (event.type) {
    case 'notice':
      return notice(event);
    case 'printed':
      return printed(event);
    case 'joined':
    case 'left': {
      const { type, worker } = event;
      const message = type === 'joined' ? `${worker} joined` : `${worker} is gone`;
      return observation(`worker-${type}`, { worker }, message);
    }
    case 'retried': {
      const { worker, rule, seed } = event;
      return retried(worker, { worker, rule, seed }, event);
    }
    case 'returned':
    case 'readded': {
      const { type, rule, seed } = event;
      const why =
        type === 'returned' ? 'waits again, its worker is gone' : 'given to Redis again, which lost it';
      return observation(`job-${type}`, { rule, seed }, `${rule}  seed ${seed}  ${why}`, [
        measure('nos_requeued_total', 1, { reason: type }),
      ]);
    }
  }
}

/** Observes an event of a worker. */
export function observeWorker(event: WorkerEvent): Observation {
  switch (event.type) {
    case 'notice':
      return notice(event);
    case 'printed':
      return printed(event);
    case 'waiting':
      return observation('worker-waiting', {}, 'waiting for a search', [measure('nos_redis_up')]);
    case 'joined': {
      const { task, run } = event;
      return observation('worker-joined', { task }, `evaluating for ${run}, task ${task}`, [
        measure('nos_redis_up'),
        measure('nos_run_info', 1, { run }),
      ]);
    }
    case 'refused': {
      const { reasons } = event;
      return observation('worker-refused', { reasons }, `refused: ${reasons.join('. ')}`);
    }
    default:
      return observeJob(event);
  }
}

function observeJob(event: Extract<WorkerEvent, { job: string }>): Observation {
  const { slot, job, rule, seed } = event;
  const fields = { slot, job, rule, seed };
  switch (event.type) {
    case 'started':
      return observation('evaluation-begun', fields, `${slot}  begins  ${rule}  seed ${seed}`);
    case 'done': {
      const { evaluation } = event;
      const { reward, status, seconds } = evaluation;
      const message = `${slot}  ${scoreText(reward, evaluation.score)}  ${rule}  ${status}  ${duration(seconds)}`;
      const all = { slot, job, ...evaluationFields(evaluation) };
      return observation('evaluation-finished', all, message, measuresOf(evaluation));
    }
    case 'retried':
      return retried(slot, fields, event);
    case 'lock-lost':
      return observation(event.type, fields, `${slot}  another worker has  ${rule}  seed ${seed}`, [
        measure('nos_locks_total', 1, { outcome: 'lost' }),
      ]);
    case 'lock-retaken':
      return observation(event.type, fields, `${slot}  took its lock again  ${rule}  seed ${seed}`, [
        measure('nos_locks_total', 1, { outcome: 'retaken' }),
      ]);
    case 'dropped': {
      const { why, reason } = event;
      const name = why === 'cancelled' || why === 'handed-back' ? 'evaluation-dropped' : 'evaluation-failed';
      return observation(name, { ...fields, why, reason }, `${slot}  drops  ${rule}  ${reason}`, [
        why === 'failed'
          ? measure('nos_evaluations_total', 1, { outcome: 'failed' })
          : measure('nos_dropped_total', 1, { reason: why }),
      ]);
    }
  }
}

interface Retried {
  readonly rule: string;
  readonly seed: number;
  readonly tries: number;
  readonly reason: string;
}

function retried(
  who: string,
  fields: LogLine['fields'],
  { rule, seed, tries, reason }: Retried,
): Observation {
  const message = `${who}  lost try ${tries} of  ${rule}  seed ${seed}  ${reason}`;
  return observation('evaluation-retried', { ...fields, tries, reason }, message, [
    measure('nos_retries_total'),
  ]);
}

function printed({ worker, text }: { readonly worker: string; readonly text: string }): Observation {
  return observation('task-printed', { worker, text }, text);
}

const NOTICES: Readonly<Record<NoticeSubject, LogEvent>> = {
  lost: 'redis-lost',
  back: 'redis-back',
  alone: 'no-workers',
  other: 'redis-trouble',
};

function notice({ about, text }: { readonly about: NoticeSubject; readonly text: string }): Observation {
  const up = { lost: [0], back: [1], alone: [], other: [] }[about];
  return observation(
    NOTICES[about],
    {},
    text,
    up.map((value) => measure('nos_redis_up', value)),
  );
}
