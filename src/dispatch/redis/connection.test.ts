import { once } from 'node:events';
import { type AddressInfo, connect as connectTo, createServer, type Server } from 'node:net';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { connect } from './connection.ts';

describe.skipIf(noRedis)('a connection to Redis', () => {
  let redis: RedisServer;
  let server: Server;
  /** The way to Redis cuts so many of the connections that come next, when they first say something. */
  let cuts: number;

  beforeEach(async () => {
    redis = await startRedis([]);
    cuts = 0;
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (cuts > 0) {
        cuts--;
        socket.once('data', () => socket.destroy());
        return;
      }
      const there = connectTo(Number(new URL(redis.url).port), '127.0.0.1').on('error', () => undefined);
      socket.pipe(there).pipe(socket);
      socket.on('close', () => there.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await redis.stop();
  });

  it('serves a worker of BullMQ whose own connection is cut at first, as while Redis restarts', async () => {
    const { port } = server.address() as AddressInfo;
    const { client, close } = await connect(`redis://127.0.0.1:${port}`, () => undefined);
    cuts = 2;
    const worker = new Worker('jobs', async () => 'done', { connection: client, runRetryDelay: 100 });
    worker.on('error', () => undefined);
    const direct = new Redis(redis.url, { maxRetriesPerRequest: null });
    const queue = new Queue('jobs', { connection: direct });
    for (const jobId of ['one', 'two']) {
      const job = await queue.add('job', {}, { jobId });
      await expect.poll(() => job.isCompleted(), { timeout: 60_000 }).toBe(true);
    }
    expect(cuts).toBe(0);
    await worker.close();
    await queue.close();
    direct.disconnect();
    close();
  });
});
