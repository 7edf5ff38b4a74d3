import { connect } from './connection.ts';
import { queueName } from './project.ts';
import { list } from './registry.ts';
import { type Search, searchSchema, type WorkerRecord, workerSchema } from './wire.ts';

/** Who is at a Redis: searches and workers, by name. */
export interface Attendance {
  readonly place: string;
  readonly searches: readonly (Search & { readonly workers: number })[];
  readonly workers: readonly WorkerRecord[];
}

/** @throws NosError `bad-option`; `queue` where Redis cannot be reached or refuses. */
export async function listWorkers(url: string): Promise<Attendance> {
  const { client, place, close } = await connect(url, () => undefined);
  try {
    const workers = await list(client, 'worker', workerSchema);
    const searches = await list(client, 'search', searchSchema);
    const serves = (name: string): number =>
      workers.filter(({ search }) => search && queueName(search.project) === name).length;
    return {
      place,
      workers,
      searches: searches.map((search) => ({ ...search, workers: serves(queueName(search.project)) })),
    };
  } finally {
    close();
  }
}
