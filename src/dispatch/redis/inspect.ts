import { connect, isGarbled } from './connection.ts';
import { queueName } from './project.ts';
import { isRefusal } from './refusal.ts';
import { list, PREFIX } from './registry.ts';
import { type Search, searchSchema, type WorkerRecord, workerSchema } from './wire.ts';

/** Who is at a Redis, by name. */
export interface Attendance {
  /** Of Redis, without name and password. */
  readonly place: string;
  readonly searches: readonly AttendedSearch[];
  readonly workers: readonly WorkerRecord[];
}

export interface AttendedSearch extends Search {
  /** Workers that serve it. */
  readonly workers: number;
  /** Evaluations that no worker has begun. */
  readonly waiting: number;
}

/** @throws NosError `bad-option`; `queue` where Redis cannot be reached or refuses. */
export async function listWorkers(url: string): Promise<Attendance> {
  const { client, place, close, refusal } = await connect(url, () => undefined);
  try {
    const { Queue } = await import('bullmq');
    const workers = await list(client, 'worker', workerSchema);
    const searches = await list(client, 'search', searchSchema);
    const attended = searches.map(async (search) => {
      const name = queueName(search.project);
      const serves = workers.filter((worker) => worker.search && queueName(worker.search.project) === name);
      const queue = new Queue(name, { connection: client, prefix: PREFIX, skipMetasUpdate: true });
      const waiting = await queue.getWaitingCount().catch((error: Error) => {
        if (isGarbled(error)) return 0;
        throw error;
      });
      await queue.close();
      return { ...search, workers: serves.length, waiting };
    });
    return { place, workers, searches: await Promise.all(attended) };
  } catch (error) {
    throw isRefusal(error) ? refusal(error) : error;
  } finally {
    close();
  }
}
