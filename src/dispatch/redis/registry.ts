import type { Redis } from 'ioredis';
import type * as z from 'zod';

/** Every key of ours begins so, those of BullMQ too. */
export const PREFIX = 'nos';

/**
 * Who takes part says so every {@link BEAT_MS}, and is gone when it has not for {@link LAPSE_MS}. Redis keeps the time, by its
 * wall clock: where that is set back, whoever reads a record sees to it that it lasts no longer.
 */
export const BEAT_MS = 2_000;
const LAPSE_MS = 8_000;

export type Kind = 'search' | 'worker';

const members = (kind: Kind): string => `${PREFIX}:${kind}`;
const keyOf = (kind: Kind, name: string): string => `${PREFIX}:${kind}:${name}`;

/** Says, for the next {@link LAPSE_MS}, that `name` is there and what it is. */
export async function publish(client: Redis, kind: Kind, name: string, record: unknown): Promise<void> {
  await Promise.all([
    client.set(keyOf(kind, name), JSON.stringify(record), 'PX', LAPSE_MS),
    client.sadd(members(kind), name),
  ]);
}

export async function withdraw(client: Redis, kind: Kind, name: string): Promise<void> {
  await Promise.all([client.del(keyOf(kind, name)), client.srem(members(kind), name)]);
}

/** The record of one, where it is there. */
export async function find<T>(
  client: Redis,
  kind: Kind,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  return schema.safeParse(parseJson((await read(client, [keyOf(kind, name)]))[0] ?? 'null')).data;
}

/** The records of those who are there, by name. What is no such record, as of another version, is left out. */
export async function list<T>(client: Redis, kind: Kind, schema: z.ZodType<T>): Promise<readonly T[]> {
  const names = (await client.smembers(members(kind))).sort();
  if (names.length === 0) return [];
  const texts = await read(
    client,
    names.map((name) => keyOf(kind, name)),
  );
  const lapsed = names.filter((_, i) => texts[i] === null);
  if (lapsed.length > 0) await client.srem(members(kind), ...lapsed);
  return texts.flatMap((text) => {
    const { success, data } = schema.safeParse(parseJson(text ?? 'null'));
    return success ? [data] : [];
  });
}

function read(client: Redis, keys: readonly string[]): Promise<readonly (string | null)[]> {
  return client.eval(READ, keys.length, ...keys, LAPSE_MS) as Promise<(string | null)[]>;
}

/** KEYS: of records. ARGV: milliseconds. */
const READ = `
  local records = {}
  for i, key in ipairs(KEYS) do
    if redis.call('PTTL', key) > tonumber(ARGV[1]) then redis.call('PEXPIRE', key, ARGV[1]) end
    records[i] = redis.call('GET', key)
  end
  return records`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
