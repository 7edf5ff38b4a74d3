import type { DispatchEvent, NoticeSubject, WorkerEvent } from '../../dispatch/index.ts';
import { accuracy, duration } from '../../report/index.ts';
import type { LogEvent, LogLine } from './events.ts';
import { evaluationFields } from './run-lines.ts';

/** Returns the line of the log for an event of a search's dispatcher. */
export function dispatchLine(event: DispatchEvent): LogLine {
  switch (event.type) {
    case 'notice':
      return noticeLine(event);
    case 'printed':
      return printedLine(event);
    case 'joined':
    case 'left': {
      const { type, worker } = event;
      const message = type === 'joined' ? `${worker} joined` : `${worker} is gone`;
      return { event: `worker-${type}`, fields: { worker }, message };
    }
    case 'retried': {
      const { worker, rule, seed } = event;
      return retriedLine(worker, { worker, rule, seed }, event);
    }
    case 'returned':
    case 'readded': {
      const { type, rule, seed } = event;
      const why =
        type === 'returned' ? 'waits again, its worker is gone' : 'given to Redis again, which lost it';
      return { event: `job-${type}`, fields: { rule, seed }, message: `${rule}  seed ${seed}  ${why}` };
    }
  }
}

/** Returns the line of the log for an event of a worker. */
export function workerLine(event: WorkerEvent): LogLine {
  switch (event.type) {
    case 'notice':
      return noticeLine(event);
    case 'printed':
      return printedLine(event);
    case 'waiting':
      return { event: 'worker-waiting', fields: {}, message: 'waiting for a search' };
    case 'joined': {
      const { task, run } = event;
      return { event: 'worker-joined', fields: { task }, message: `evaluating for ${run}, task ${task}` };
    }
    case 'refused': {
      const { reasons } = event;
      return { event: 'worker-refused', fields: { reasons }, message: `refused: ${reasons.join('. ')}` };
    }
    default:
      return jobLine(event);
  }
}

function jobLine(event: Extract<WorkerEvent, { job: string }>): LogLine {
  const { slot, job, rule, seed } = event;
  const fields = { slot, job, rule, seed };
  switch (event.type) {
    case 'started':
      return { event: 'evaluation-begun', fields, message: `${slot}  begins  ${rule}  seed ${seed}` };
    case 'done': {
      const { reward, status, seconds } = event.evaluation;
      const message = `${slot}  ${accuracy(reward)}  ${rule}  ${status}  ${duration(seconds)}`;
      return {
        event: 'evaluation-finished',
        fields: { slot, job, ...evaluationFields(event.evaluation) },
        message,
      };
    }
    case 'retried':
      return retriedLine(slot, fields, event);
    case 'lock-lost':
      return { event: 'lock-lost', fields, message: `${slot}  another worker has  ${rule}  seed ${seed}` };
    case 'lock-retaken':
      return {
        event: 'lock-retaken',
        fields,
        message: `${slot}  took its lock again  ${rule}  seed ${seed}`,
      };
    case 'dropped': {
      const { why, reason } = event;
      const name = why === 'cancelled' || why === 'handed-back' ? 'evaluation-dropped' : 'evaluation-failed';
      return {
        event: name,
        fields: { ...fields, why, reason },
        message: `${slot}  drops  ${rule}  ${reason}`,
      };
    }
  }
}

interface Retried {
  readonly rule: string;
  readonly seed: number;
  readonly tries: number;
  readonly reason: string;
}

function retriedLine(
  who: string,
  fields: LogLine['fields'],
  { rule, seed, tries, reason }: Retried,
): LogLine {
  const message = `${who}  lost try ${tries} of  ${rule}  seed ${seed}  ${reason}`;
  return { event: 'evaluation-retried', fields: { ...fields, tries, reason }, message };
}

const NOTICES: Readonly<Record<NoticeSubject, LogEvent>> = {
  lost: 'redis-lost',
  back: 'redis-back',
  alone: 'no-workers',
  other: 'redis-trouble',
};

function printedLine({ worker, text }: { readonly worker: string; readonly text: string }): LogLine {
  return { event: 'task-printed', fields: { worker, text }, message: text };
}

function noticeLine({ about, text }: { about: NoticeSubject; text: string }): LogLine {
  return { event: NOTICES[about], fields: {}, message: text };
}
