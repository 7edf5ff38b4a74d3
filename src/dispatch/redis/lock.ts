import type { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * A worker holds a lock on the job that it evaluates and renews it every {@link RENEW_MS}. Without renewal the lock is gone
 * after {@link LOCK_MS}; the workers look for jobs without one every {@link LOOK_MS}, and see one at the second look at the
 * latest. So the job of a dead worker runs again after LOCK_MS + LOOK_MS at most, where another worker is free.
 */
export const LOCK_MS = 3_000;
export const RENEW_MS = 1_000;
export const LOOK_MS = 1_000;

/** Workers that may die under one job, one after the other, before it counts as failed. */
export const MOST_DEATHS = 20;

/** Jobs by what became of their locks. */
export interface Renewal {
  readonly lost: readonly string[];
  readonly gone: readonly string[];
  readonly retaken: readonly string[];
}

/** A job in evaluation, and the token of its lock. */
export interface Held {
  readonly id: string;
  readonly token: string;
}

/**
 * Renews the locks. A lock that ran out while Redis was away is taken again, unless the job is another worker's or is gone.
 *
 * @returns the jobs that are `lost` to another worker, those that are `gone` (cancelled, or lost by Redis), and those that were
 *   `retaken`.
 */
export async function renewLocks(worker: Worker, client: Redis, held: readonly Held[]): Promise<Renewal> {
  if (held.length === 0) return { lost: [], gone: [], retaken: [] };
  const tokens = new Map(held.map(({ id, token }) => [id, token]));
  const expired = await worker.extendJobLocks([...tokens.keys()], [...tokens.values()], LOCK_MS);
  const renewal = { lost: [] as string[], gone: [] as string[], retaken: [] as string[] };
  for (const id of expired) {
    const keys = [
      worker.toKey(id),
      `${worker.toKey(id)}:lock`,
      worker.toKey('active'),
      worker.toKey('stalled'),
    ];
    const taken = await client.eval(TAKE_AGAIN, keys.length, ...keys, id, tokens.get(id) ?? '', LOCK_MS);
    (taken === 1 ? renewal.retaken : taken === 0 ? renewal.lost : renewal.gone).push(id);
  }
  return renewal;
}

/** KEYS: the job, its lock, the jobs in evaluation, those without a lock at the last look. ARGV: id, token, milliseconds. */
const TAKE_AGAIN = `
  if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
  for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
    if id == ARGV[1] then
      if not redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3], 'NX') then return 0 end
      redis.call('SREM', KEYS[4], ARGV[1])
      return 1
    end
  end
  return 0`;

/**
 * Redis keeps time by its machine's wall clock. Where that is set back by hours, the lock of a worker that has died would
 * last for hours, and so would BullMQ's mark that somebody has looked for jobs without a lock a moment ago. Nobody takes
 * either for longer than here: whoever looks after the queue cuts them.
 */
export async function shortenLocks(queue: Queue, client: Redis): Promise<void> {
  const keys = [queue.toKey('active'), queue.toKey('stalled-check')];
  await client.eval(SHORTEN, keys.length, ...keys, queue.toKey(''), LOCK_MS, LOOK_MS);
}

/** KEYS: the jobs in evaluation, the mark of the last look. ARGV: what a job's key begins with, milliseconds for each. */
const SHORTEN = `
  local function shorten(key, most)
    if redis.call('PTTL', key) > tonumber(most) then redis.call('PEXPIRE', key, most) end
  end
  for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do shorten(ARGV[1] .. id .. ':lock', ARGV[2]) end
  shorten(KEYS[2], ARGV[3])`;
