import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { isJobId } from './wire.ts';

/**
 * Takes the jobs out of the evaluation that no worker can read: BullMQ itself would stumble over each of them again and again. A
 * job that its coordinator still wants is added again by it.
 *
 * @param held The jobs that a worker could read, by id.
 * @returns how many there were.
 */
export async function removeUnreadable(
  worker: Worker,
  client: Redis,
  held: ReadonlySet<string>,
): Promise<number> {
  const active = worker.toKey('active');
  const ids = (await client.lrange(active, 0, MOST)).filter((id) => !held.has(id));
  let removed = 0;
  for (const id of ids) {
    const key = worker.toKey(id);
    if (await isReadable(client, key)) continue;
    await client.lrem(active, 0, id);
    // A key of another name may be one that the queue itself needs.
    if (isJobId(id)) await client.del(key, `${key}:lock`);
    removed++;
  }
  return removed;
}

const MOST = 1_000;

async function isReadable(client: Redis, key: string): Promise<boolean> {
  try {
    const [data, options, progress, parent, repeat] = await client.hmget(key, ...FIELDS);
    for (const text of [data, progress, parent]) JSON.parse(text || 'null');
    Object.entries(JSON.parse(options || '{}'));
    return !repeat;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    if (/^WRONGTYPE/.test((error as Error).message)) return false;
    throw error;
  }
}

/** What BullMQ reads of a job before anybody can look at it, and the mark of a job that repeats, which ours do not. */
const FIELDS = ['data', 'opts', 'progress', 'parent', 'rjk'] as const;
