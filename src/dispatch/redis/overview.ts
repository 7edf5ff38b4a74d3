import { connect, isGarbled } from './connection.ts';
import { JobQueue } from './job-queue.ts';
import { list } from './presence.ts';
import { queueName } from './project.ts';
import { isRefusal } from './refusal.ts';
import { type Search, searchSchema, type WorkerRecord, workerSchema } from './wire.ts';

/** Who is at a Redis, by name. */
export interface RedisOverview {
  /** The place of Redis, without name and password. */
  readonly place: string;
  readonly searches: readonly SearchOverview[];
  readonly workers: readonly WorkerRecord[];
}

export interface SearchOverview extends Search {
  /** Workers that serve it. */
  readonly workers: number;
  /** Evaluations that no worker has begun. */
  readonly waiting: number;
}

/** @throws NosError `bad-option`; `queue` if Redis cannot be reached or refuses. */
export async function listWorkers(url: string): Promise<RedisOverview> {
  const { client, place, close, refusal } = await connect(url, () => undefined);
  try {
    const workers = await list(client, 'worker', workerSchema);
    const found = await list(client, 'search', searchSchema);
    const serving = serversOf(workers);
    const searches = found.map(async (search) => {
      const name = queueName(search.project);
      const waiting = await new JobQueue(client, name).waiting().catch((error: Error) => {
        if (isGarbled(error)) return 0;
        throw error;
      });
      return { ...search, workers: serving.get(name) ?? 0, waiting };
    });
    return { place, workers, searches: await Promise.all(searches) };
  } catch (error) {
    throw isRefusal(error) ? refusal(error) : error;
  } finally {
    close();
  }
}

/** How many workers serve each search, by the name of its queue. */
export function serversOf(workers: readonly WorkerRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { search } of workers) {
    if (search === undefined) continue;
    const name = queueName(search.project);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
