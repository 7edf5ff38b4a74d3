import { setTimeout as sleep } from 'node:timers/promises';
import type { Complaints } from './complaints.ts';
import type { Connection } from './connection.ts';
import type { JobQueue } from './job-queue.ts';
import { complaint, eventSchema, type JobNews } from './wire.ts';

const BLOCK_MS = 5_000;
const RETRY_MS = 250;

/**
 * Begins to hear what is told of the jobs of a queue, from now on until the signal comes. Some of it may be lost with the
 * connection: `JobQueue.look` finds what it told.
 *
 * @throws what Redis refuses at the beginning; later it complains.
 */
export async function followEvents(
  jobs: JobQueue,
  connection: Connection,
  complaints: Complaints,
  onNews: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = await jobs.lastEvent();
  const own = connection.duplicate(signal);
  const next = async (): Promise<void> => {
    for (const { id, event } of await jobs.readEvents(own, last, BLOCK_MS)) {
      last = id;
      const { success, data, error } = eventSchema.safeParse(event);
      if (success) onNews(data);
      else complaints.say(`an event of the queue is passed over: ${complaint(error)}`);
    }
  };
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      const heard = await complaints.attempt(() => next().then(() => true));
      if (!heard) await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  void follow();
}
