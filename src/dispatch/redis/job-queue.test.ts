import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { JobQueue } from './job-queue.ts';
import { LAPSE_MS, publish, withdraw } from './presence.ts';

describe.skipIf(noRedis)('the queue of a project', () => {
  let redis: RedisServer;
  let client: Redis;
  let queue: JobQueue;

  beforeAll(async () => {
    redis = await startRedis([]);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    queue = new JobQueue(client, 'test');
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(() => client.flushall());

  const addAll = async (...ids: readonly string[]): Promise<void> => {
    for (const id of ids) await queue.add(id, `text of ${id}`);
  };
  const next = async (worker: string, ...known: readonly string[]) => (await queue.take(worker, known))?.id;
  const events = async () => {
    const all = await queue.readEvents(client, '0-0', 1);
    return all.map(({ event: { type, job, text } }) => [type, job, text]);
  };
  const live = (worker: string): Promise<void> => publish(client, 'worker', worker, {});
  /** Looks for dead workers as if the last look were long ago. */
  const giveBackOfDead = async (): Promise<void> => {
    await client.del('nos:test:checked');
    await queue.giveBackOfDead();
  };

  it('gives jobs in the order in which they were added, with their texts', async () => {
    await addAll('a', 'b', 'c');
    expect(await queue.waiting()).toBe(3);
    expect(await queue.take('one', [])).toEqual({ id: 'a', text: 'text of a' });
    expect(await next('two')).toBe('b');
    expect(await next('one', 'a')).toBe('c');
    expect(await next('two', 'b')).toBeUndefined();
    expect(await queue.waiting()).toBe(0);
  });

  it('takes a job once, however often it is added', async () => {
    await addAll('a', 'a');
    expect(await next('one')).toBe('a');
    await addAll('a');
    expect(await next('two')).toBeUndefined();
  });

  it('gives a worker its job again when it does not know of it, as the reply was lost', async () => {
    await addAll('a', 'b');
    expect(await next('one')).toBe('a');
    expect(await next('one')).toBe('a');
    expect(await next('one', 'a')).toBe('b');
  });

  it('keeps an answer until it is read, and adds no job that has one', async () => {
    await addAll('a', 'b');
    await next('one');
    await queue.answer('one', 'a', 'the answer');
    await addAll('a');
    expect(await queue.look(['a', 'b', 'c'])).toEqual({
      answers: [['a', 'the answer']],
      missing: ['c'],
      held: [],
    });
    expect(await events()).toEqual([['answer', 'a', 'the answer']]);
    expect(await client.pttl('nos:test:answer:a')).toBeGreaterThan(0);
    await queue.cancel('a');
    expect((await queue.look(['a'])).missing).toEqual(['a']);
  });

  it('takes an answer from anybody, wherever the job is, and once', async () => {
    await addAll('a', 'b');
    await queue.answer('stranger', 'a', 'early');
    expect(await next('one')).toBe('b');
    await queue.answer('stranger', 'b', 'meanwhile');
    await queue.answer('one', 'b', 'late');
    expect((await queue.look(['a', 'b'])).answers).toEqual([
      ['a', 'early'],
      ['b', 'meanwhile'],
    ]);
  });

  it('reads an answer that is no text as an empty one', async () => {
    await client.rpush('nos:test:answer:a', 'x');
    expect((await queue.look(['a'])).answers).toEqual([['a', '']]);
  });

  it('tells the holder of a job that was cancelled or answered that it is gone', async () => {
    await addAll('a', 'b', 'c');
    for (const known of [[], ['a'], ['a', 'b']]) await next('one', ...known);
    await queue.cancel('a');
    await queue.answer('two', 'b', 'x');
    expect(await queue.hold('one', ['a', 'b', 'c'])).toEqual([
      ['a', 'gone'],
      ['b', 'gone'],
    ]);
    expect((await queue.look([])).held).toEqual(['c']);
  });

  it('passes over a job that was cancelled while it waited', async () => {
    await addAll('a', 'b', 'c');
    await queue.cancel('b');
    // This is as when it was cancelled in a Redis that had lost part of it.
    await client.hdel('nos:test:jobs', 'a');
    expect(await next('one')).toBe('c');
    expect((await queue.look([])).held).toEqual(['c']);
  });

  it('puts the jobs of a worker that ends back to the front, in their order', async () => {
    await addAll('a', 'b', 'c');
    await next('one');
    await next('one', 'a');
    await queue.giveBack('one');
    expect(await events()).toEqual([
      ['returned', 'b', 'handed-back'],
      ['returned', 'a', 'handed-back'],
    ]);
    for (const id of ['a', 'b', 'c']) expect(await next('two', 'a', 'b', 'c')).toBe(id);
  });

  it('puts the jobs of a dead worker back, and no others', async () => {
    await addAll('a', 'b');
    await live('living');
    await live('dead');
    await next('living');
    await next('dead');
    await giveBackOfDead();
    expect((await queue.look([])).held.toSorted()).toEqual(['a', 'b']);
    await withdraw(client, 'worker', 'dead');
    await giveBackOfDead();
    expect((await queue.look([])).held).toEqual(['a']);
    expect(await events()).toEqual([['returned', 'b', 'died']]);
    expect(await next('living', 'a')).toBe('b');
  });

  it('looks for dead workers once in a while, whoever asks', async () => {
    await addAll('a');
    await queue.giveBackOfDead();
    await next('dead');
    await queue.giveBackOfDead();
    expect(await queue.waiting()).toBe(0);
    await giveBackOfDead();
    expect(await queue.waiting()).toBe(1);
  });

  it('shortens records and marks that would last too long, as the clock was set back', async () => {
    await addAll('a');
    await next('dead');
    await client.set('nos:worker:dead', '{}', 'PX', 7_200_000);
    await giveBackOfDead();
    expect(await client.pttl('nos:worker:dead')).toBeLessThanOrEqual(LAPSE_MS.worker);
    for (const [key, forever] of [
      ['nos:test:checked', false],
      ['nos:worker:dead', true],
    ] as const) {
      await client.set(key, '');
      if (!forever) await client.pexpire(key, 7_200_000);
    }
    await queue.giveBackOfDead();
    expect(await client.pttl('nos:test:checked')).toBeLessThanOrEqual(1_000);
    await giveBackOfDead();
    expect(await client.pttl('nos:worker:dead')).toBeGreaterThan(0);
  });

  it('lets a worker that was taken for dead take its job again while nobody has it', async () => {
    await addAll('a', 'b');
    await next('one');
    await next('one', 'a');
    await giveBackOfDead();
    expect(await next('two')).toBe('a');
    expect(await queue.hold('one', ['a', 'b'])).toEqual([
      ['a', 'lost'],
      ['b', 'retaken'],
    ]);
    expect(await queue.waiting()).toBe(0);
    expect(await queue.hold('one', ['b'])).toEqual([]);
  });

  it('wakes those who wait when there is a job, which stays in the line', async () => {
    const own = client.duplicate();
    const waited = queue.wait(own, 60);
    await addAll('a');
    await waited;
    expect(await queue.waiting()).toBe(1);
    own.disconnect();
  });

  it('tells what happens from its latest event on', async () => {
    expect(await queue.lastEvent()).toBe('0-0');
    await queue.report('a', 'one');
    const last = await queue.lastEvent();
    await queue.report('a', 'two');
    const [{ event } = { event: {} }, ...rest] = await queue.readEvents(client, last, 1);
    expect(event).toEqual({ type: 'progress', job: 'a', text: 'two' });
    expect(rest).toEqual([]);
  });

  it('gives answers and jobs back even if its events cannot be told', async () => {
    await client.set('nos:test:events', 'no stream');
    await addAll('a', 'b');
    await next('one');
    await queue.answer('one', 'a', 'x');
    expect((await queue.look(['a'])).answers).toEqual([['a', 'x']]);
    await next('one');
    await queue.giveBack('one');
    expect(await queue.waiting()).toBe(1);
  });
});
