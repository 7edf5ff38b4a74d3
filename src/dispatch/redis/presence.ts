import type { Redis } from 'ioredis';
import type * as z from 'zod';
import { toJson } from '../../json.ts';
import { complaint, parseJson } from './wire.ts';

/** Every key of ours begins so. */
export const PREFIX = 'nos';

export type Kind = 'search' | 'worker';

/** Milliseconds between two times that a search, or a worker, says that it is there. */
export const BEAT_MS: Readonly<Record<Kind, number>> = { search: 2_000, worker: 1_000 };

/**
 * Milliseconds after which one that has said nothing is gone. The jobs of a worker that is gone are given to others. Redis
 * keeps the time, by its wall clock: if that is set back, whoever reads a record sees to it that it lasts no longer.
 */
export const LAPSE_MS: Readonly<Record<Kind, number>> = { search: 8_000, worker: 3_000 };

const members = (kind: Kind): string => `${PREFIX}:${kind}`;
export const keyOf = (kind: Kind, name: string): string => `${PREFIX}:${kind}:${name}`;

/** Says, for the next {@link LAPSE_MS}, that `name` is there and what it is. */
export async function publish(client: Redis, kind: Kind, name: string, record: unknown): Promise<void> {
  await Promise.all([
    client.set(keyOf(kind, name), toJson(record), 'PX', LAPSE_MS[kind]),
    client.sadd(members(kind), name),
  ]);
}

export async function withdraw(client: Redis, kind: Kind, name: string): Promise<void> {
  await Promise.all([client.del(keyOf(kind, name)), client.srem(members(kind), name)]);
}

/** Names that are looked at: far more than there are, unless somebody else writes them. */
const MOST = 10_000;

/**
 * Lists the records of those who are there, by name.
 *
 * @param onInvalid Gets the name of what is no such record, which is left out, and what is wrong with it.
 */
export async function list<T>(
  client: Redis,
  kind: Kind,
  schema: z.ZodType<T>,
  onInvalid: (name: string, complaint: string) => void = () => undefined,
): Promise<readonly T[]> {
  const names = (await client.smembers(members(kind))).sort().slice(0, MOST);
  if (names.length === 0) return [];
  const texts = await read(client, kind, names);
  const lapsed = names.filter((_, i) => texts[i] === null);
  if (lapsed.length > 0) await client.srem(members(kind), ...lapsed);
  return names.flatMap((name, i) => {
    const text = texts[i];
    if (typeof text !== 'string') return [];
    const { success, data, error } = schema.safeParse(parseJson(text));
    if (!success) onInvalid(name, complaint(error));
    return success ? [data] : [];
  });
}

/** Bytes of a record. That of a worker with a thousand processes has a tenth of it. */
const MOST_BYTES = 4_000_000;

function read(client: Redis, kind: Kind, names: readonly string[]): Promise<readonly (string | null)[]> {
  const keys = names.map((name) => keyOf(kind, name));
  return client.eval(READ, keys.length, ...keys, LAPSE_MS[kind], MOST_BYTES) as Promise<(string | null)[]>;
}

/** KEYS: records. ARGV: milliseconds, bytes. What is no text, or too long, is read as an empty text. */
const READ = `
  local records = {}
  for i, key in ipairs(KEYS) do
    local left = redis.call('PTTL', key)
    if left == -1 or left > tonumber(ARGV[1]) then redis.call('PEXPIRE', key, ARGV[1]) end
    local kind = redis.call('TYPE', key)['ok']
    if kind == 'none' then records[i] = false
    elseif kind == 'string' and redis.call('STRLEN', key) <= tonumber(ARGV[2]) then
      records[i] = redis.call('GET', key)
    else records[i] = '' end
  end
  return records`;
