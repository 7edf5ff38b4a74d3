import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { EVALUATION, PROCESS, PROJECT } from '../../../test/support/wire-samples.ts';
import type { Evaluation } from '../../evaluation/index.ts';
import type { DispatchEvent } from '../dispatcher.ts';
import { checkRequest } from '../request.ts';
import { Channel } from './channel.ts';
import { Complaints } from './complaints.ts';
import { type Connection, connect } from './connection.ts';
import { JobQueue } from './job-queue.ts';
import { queueName } from './project.ts';
import { packAnswer } from './wire.ts';
import { WorkerList } from './worker-list.ts';

const REQUEST = { rule: 'g', task: 'digits-mlp', protocol: 'quick', seed: 1 };
const key = (part: string): string => `nos:${queueName(PROJECT)}:${part}`;

describe.skipIf(noRedis)('the jobs that a coordinator waits for', () => {
  let redis: RedisServer;
  let client: Redis;
  /** What a worker does, by hand. */
  let worker: JobQueue;
  let connection: Connection;
  let channel: Channel;
  let workers: WorkerList;
  let events: DispatchEvent[];
  let said: string[];
  let stop: AbortController;

  beforeAll(async () => {
    redis = await startRedis([]);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    worker = new JobQueue(client, queueName(PROJECT));
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    await client.flushall();
    [events, said, stop] = [[], [], new AbortController()];
    connection = await connect(redis.url, () => undefined);
    workers = new WorkerList();
    channel = new Channel(PROJECT, {
      connection,
      complaints: new Complaints(connection, (text) => said.push(text)),
      workers,
      onEvent: (event) => events.push(event),
      run: 'first',
      signal: stop.signal,
    });
    await channel.listen();
  });
  afterEach(() => {
    stop.abort();
    connection.close();
  });

  interface Asked {
    readonly id: string;
    readonly answered: Promise<Evaluation>;
    readonly seen: { readonly done: number[]; readonly by: string[] };
    readonly leave: () => void;
  }

  async function ask(seed = 1): Promise<Asked> {
    const request = { ...REQUEST, seed };
    const checked = await checkRequest(request);
    const seen: Asked['seen'] = { done: [], by: [] };
    let leave = (): void => undefined;
    const answered = new Promise<Evaluation>((resolve, reject) => {
      const onProgress = ({ done }: { readonly done: number }) => seen.done.push(done);
      const onWorker = (name: string) => seen.by.push(name);
      leave = channel.ask({ request, onProgress, onWorker, resolve, reject }, checked);
    });
    answered.catch(() => undefined);
    const id = channel.pending.find((job) => job.data.seed === seed)?.id ?? '';
    return { id, answered, seen, leave };
  }

  const take = async (): Promise<string | undefined> => (await worker.take('worker', []))?.id;
  const taken = () => eventually(take).toBeDefined();
  const evaluationOf = (seed: number): Evaluation => {
    const { key: ruleKey } = channel.pending[0]?.asked ?? EVALUATION;
    return { ...EVALUATION, seed, key: ruleKey };
  };
  const answer = (id: string, seed = 1): Promise<void> =>
    worker.answer(
      'worker',
      id,
      packAnswer({ type: 'done', evaluation: evaluationOf(seed), by: PROCESS, retries: ['SIGKILL'] }),
    );
  /** Until what is on its way has been heard. */
  const settled = () => eventually(() => channel.pending).toEqual([]);
  const left = (): Promise<number[]> => Promise.all([client.hlen(key('jobs')), client.llen(key('waiting'))]);

  it('are given to Redis in their order, and settled by what a worker answers', async () => {
    const asked = [await ask(1), await ask(2), await ask(2)];
    await eventually(() => client.lrange(key('waiting'), 0, -1)).toEqual([asked[0]?.id, asked[1]?.id]);
    const wanted = [evaluationOf(1), evaluationOf(2)];
    await answer(asked[1]?.id ?? '', 2);
    await answer(asked[0]?.id ?? '', 1);
    const got = await Promise.all(asked.map(({ answered }) => answered));
    expect(got).toEqual([wanted[0], wanted[1], wanted[1]]);
    expect(asked.map(({ seen }) => seen.by)).toEqual([[PROCESS.name], [PROCESS.name], [PROCESS.name]]);
    const retried = { type: 'retried', worker: PROCESS.name, rule: 'g', tries: 1, reason: 'SIGKILL' };
    expect(events).toEqual([2, 1].map((seed) => ({ ...retried, seed })));
    expect(workers.statuses()).toMatchObject([{ name: PROCESS.name, finished: 3 }]);
    await eventually(() => client.keys(key('answer:*'))).toEqual([]);
  });

  it('report how far they are', async () => {
    const { id, seen } = await ask();
    await taken();
    const progress = { phase: 'final', learningRate: 0.1, done: 0.25 };
    await worker.report(id, JSON.stringify({ ...PROCESS, state: 'busy', progress }));
    await eventually(() => seen.done).toEqual([0.25]);
    expect(channel.pending[0]?.state).toBe('running');
    await worker.report(id, 'not JSON');
    await worker.report(id, JSON.stringify({ ...PROCESS, progress: { done: 7 } }));
    await worker.report(id, JSON.stringify({ ...PROCESS, progress: { ...progress, done: 0.5 } }));
    await eventually(() => seen.done).toEqual([0.25, 0.5]);
  });

  it('are taken out of Redis when nobody waits for them any more', async () => {
    const [one, same, other] = [await ask(), await ask(), await ask(2)];
    await eventually(left).toEqual([2, 2]);
    one.leave();
    expect(channel.pending).toHaveLength(2);
    same.leave();
    await eventually(left).toEqual([1, 1]);
    expect(channel.pending.map(({ id }) => id)).toEqual([other.id]);
    await taken();
    other.leave();
    await eventually(left).toEqual([0, 0]);
    expect(await worker.hold('worker', [other.id])).toEqual([[other.id, 'gone']]);
  });

  it('are found by looks if nothing was told of them', async () => {
    const [one, two] = [await ask(1), await ask(2)];
    await eventually(left).toEqual([2, 2]);
    await taken();
    await channel.look();
    expect(channel.pending.map(({ state }) => state)).toEqual(['running', 'waiting']);
    // This is as if its answer had come while nobody listened, and the other job had got lost.
    await client.hdel(key('jobs'), one.id, two.id);
    const text = packAnswer({ type: 'done', evaluation: evaluationOf(1), by: PROCESS, retries: [] });
    await client.set(key(`answer:${one.id}`), text);
    await channel.look();
    expect((await one.answered).seed).toBe(1);
    expect(events).toEqual([{ type: 'readded', rule: 'g', seed: 2 }]);
    await eventually(() => client.hkeys(key('jobs'))).toEqual([two.id]);
  });

  it('are added later if Redis refuses them', async () => {
    await client.config('SET', 'maxmemory', '1');
    await ask();
    await eventually(() => channel.pending.map(({ state }) => state)).toEqual(['refused']);
    expect(said).toEqual([expect.stringMatching(/OOM .*: waiting; its memory is full/)]);
    await client.config('SET', 'maxmemory', '0');
    await channel.look();
    await eventually(left).toEqual([1, 1]);
    expect(events).toEqual([]);
  });

  it('wait again when their worker is gone, and count as failed after twenty-one of them', async () => {
    const { id, answered } = await ask();
    const die = async (why: string): Promise<void> => {
      const before = events.length;
      await client.xadd(key('events'), '*', 'type', 'returned', 'job', id, 'text', why);
      await eventually(() => events.length).toBe(before + 1);
    };
    for (let i = 0; i < 30; i++) await die('handed-back');
    for (let i = 0; i < 20; i++) await die('died');
    expect(channel.pending).toHaveLength(1);
    await die('died');
    expect(await answered).toMatchObject({
      status: 'failed',
      reward: 0.1,
      error: '21 workers died while they evaluated it',
    });
    expect(events.every(({ type }) => type === 'returned')).toBe(true);
    await eventually(left).toEqual([0, 0]);
  });

  it('are asked again if the answer is none, twenty times', async () => {
    const { answered } = await ask();
    for (let i = 0; i <= 20; i++) {
      let id: string | undefined;
      await eventually(async () => (id = await take())).toBeDefined();
      await worker.answer('worker', id ?? '', '{"type":"done"}');
    }
    await expect(answered).rejects.toMatchObject({ code: 'queue' });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^a worker's answer is not valid: .*: asked again; use workers of the same version/,
    );
    await settled();
  });

  it('pass over events that are none, and say so', async () => {
    const { id, answered } = await ask();
    await eventually(left).toEqual([1, 1]);
    await client.xadd(key('events'), '*', 'type', 'import', 'job', id, 'text', './x.mjs');
    await client.xadd(key('events'), '*', 'type', 'answer', 'job', 'another', 'text', '{}');
    await answer(id);
    expect((await answered).status).toBe('ok');
    expect(said).toEqual([expect.stringMatching(/^an event of the queue is passed over: type: /)]);
  });

  it('of a run are one job for two coordinators, and both get the answer', async () => {
    const [one, other] = [await ask(1), await ask(2)];
    await eventually(left).toEqual([2, 2]);
    const second = await connect(redis.url, () => undefined);
    const theirs = new Channel(PROJECT, {
      connection: second,
      complaints: new Complaints(second, () => undefined),
      workers,
      onEvent: () => undefined,
      run: 'first',
      signal: stop.signal,
    });
    await theirs.listen();
    const ours = channel;
    channel = theirs;
    const same = await ask(1);
    expect(same.id).toBe(one.id);
    await theirs.look();
    expect(await left()).toEqual([2, 2]);
    await answer(one.id);
    expect(await same.answered).toEqual(await one.answered);
    expect(ours.pending.map(({ id }) => id)).toEqual([other.id]);
    second.close();
  });
});
