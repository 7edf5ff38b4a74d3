import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { SEARCH, WORKER } from '../../../test/support/wire-samples.ts';
import { LAPSE_MS, list, publish, withdraw } from './presence.ts';
import { searchSchema, workerSchema } from './wire.ts';

describe.skipIf(noRedis)('who is at a Redis', () => {
  let redis: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis([]);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(() => client.flushall());

  it('is listed by name, each kind for itself', async () => {
    for (const name of ['b', 'a']) await publish(client, 'worker', name, { ...WORKER, name });
    await publish(client, 'search', 'a', SEARCH);
    expect((await list(client, 'worker', workerSchema)).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(await list(client, 'search', searchSchema)).toEqual([SEARCH]);
    expect(await client.pttl('nos:worker:a')).toBeLessThanOrEqual(LAPSE_MS.worker);
  });

  it('is gone after goodbye, and when the record has lapsed', async () => {
    for (const name of ['a', 'b', 'c']) await publish(client, 'worker', name, { ...WORKER, name });
    await withdraw(client, 'worker', 'a');
    await client.del('nos:worker:b');
    expect((await list(client, 'worker', workerSchema)).map(({ name }) => name)).toEqual(['c']);
    expect(await client.smembers('nos:worker')).toEqual(['c']);
  });

  it('lasts no longer than it should, whatever Redis says', async () => {
    await publish(client, 'search', 'a', SEARCH);
    await publish(client, 'search', 'b', SEARCH);
    await client.pexpire('nos:search:a', 7_200_000);
    await client.persist('nos:search:b');
    expect(await list(client, 'search', searchSchema)).toHaveLength(2);
    for (const name of ['a', 'b']) {
      const left = await client.pttl(`nos:search:${name}`);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(LAPSE_MS.search);
    }
  });

  it('is told apart from what is no record, and that is said', async () => {
    await publish(client, 'search', 'sound', SEARCH);
    const texts = {
      none: 'not JSON',
      other: '{"run":"x"}',
      huge: JSON.stringify({ run: 'x'.repeat(4_000_001) }),
    };
    for (const [name, text] of Object.entries(texts)) {
      await client.sadd('nos:search', name);
      await client.set(`nos:search:${name}`, text);
    }
    await client.sadd('nos:search', 'listed');
    await client.rpush('nos:search:listed', './x.mjs');
    const said: string[] = [];
    const found = await list(client, 'search', searchSchema, (name, wrong) => said.push(`${name}: ${wrong}`));
    expect(found).toEqual([SEARCH]);
    expect(said.map((line) => line.replace(/: .*/s, ''))).toEqual(['huge', 'listed', 'none', 'other']);
    expect(said.every((line) => line.length < 400)).toBe(true);
  });
});
