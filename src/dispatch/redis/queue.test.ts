import { afterAll, beforeAll, describe } from 'vitest';
import { dispatcherConformance, FAULTY_TASK } from '../../../test/dispatcher-conformance.ts';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { openRedisQueue, runRedisWorker } from '../index.ts';

describe.skipIf(noRedis)('through Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  /** A coordinator, and one worker that evaluates as many at a time as the suite asks workers for. */
  dispatcherConformance('the Redis queue', async ({ workers, directory, silenceSeconds, onEvent }) => {
    const { url } = redis;
    const stop = new AbortController();
    const queue = await openRedisQueue({ url, directory, run: 'conformance', onEvent });
    const tasks = [FAULTY_TASK];
    const options = { url, directory, tasks, silenceSeconds, concurrency: workers, signal: stop.signal };
    const worker = runRedisWorker(options);
    while (queue.workers().length < workers) await new Promise((resolve) => setTimeout(resolve, 20));
    return {
      evaluate: (request, rest) => queue.evaluate(request, rest),
      workers: () => queue.workers(),
      depth: () => queue.depth(),
      close: async () => {
        await queue.close();
        stop.abort();
        await worker;
      },
    };
  });
});
