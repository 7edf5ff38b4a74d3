import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { renewLocks } from './lock.ts';

const ID = 'e1';
const TOKEN = 'mine';

describe.skipIf(noRedis)('the lock of a job in evaluation', () => {
  let redis: RedisServer;
  let client: Redis;
  let queue: Queue;
  let worker: Worker;

  beforeAll(async () => {
    redis = await startRedis([]);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    queue = new Queue('locks', { connection: client });
    // It takes jobs when the test says so, and looks after no others.
    worker = new Worker('locks', null, { connection: client, skipStalledCheck: true, skipLockRenewal: true });
  });
  afterAll(async () => {
    await worker.close();
    await queue.close();
    client.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    await client.flushall();
    await queue.add('evaluation', {}, { jobId: ID });
    expect((await worker.getNextJob(TOKEN))?.id).toBe(ID);
  });

  const lock = (): string => `${worker.toKey(ID)}:lock`;
  const renew = () => renewLocks(worker, client, [{ id: ID, token: TOKEN }]);
  const nothing = { lost: [], gone: [], retaken: [] };

  it('is renewed', async () => {
    await client.pexpire(lock(), 500);
    expect(await renew()).toEqual(nothing);
    expect(await client.pttl(lock())).toBeGreaterThan(500);
  });

  it('is taken again where it ran out, as while Redis is away', async () => {
    await client.del(lock());
    expect(await renew()).toEqual({ ...nothing, retaken: [ID] });
    expect(await client.get(lock())).toBe(TOKEN);
    expect(await client.pttl(lock())).toBeGreaterThan(0);
  });

  it('is lost where another worker has the job', async () => {
    await client.set(lock(), 'another’s');
    expect(await renew()).toEqual({ ...nothing, lost: [ID] });
    expect(await client.get(lock())).toBe('another’s');
  });

  it('is lost where the job waits for another worker', async () => {
    await client.del(lock());
    await client.lrem(worker.toKey('active'), 1, ID);
    expect(await renew()).toEqual({ ...nothing, lost: [ID] });
    expect(await client.exists(lock())).toBe(0);
  });

  it('is gone with the job', async () => {
    await client.flushall();
    expect(await renew()).toEqual({ ...nothing, gone: [ID] });
  });
});
