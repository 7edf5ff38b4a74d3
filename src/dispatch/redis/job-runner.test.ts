import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { EVALUATION, SEARCH } from '../../../test/support/wire-samples.ts';
import type { NosError } from '../../errors.ts';
import { Complaints } from './complaints.ts';
import { type Connection, connect } from './connection.ts';
import { EvaluatingProcess } from './evaluating-process.ts';
import { JobQueue } from './job-queue.ts';
import { JobRunner } from './job-runner.ts';
import { LAPSE_MS } from './presence.ts';
import { jobId } from './wire.ts';
import type { WorkerEvent } from './worker-events.ts';

/** Evaluates at once; a seed of 100 or more takes for ever, and one of 200 or more cannot be evaluated here. */
const PROGRAM = `
process.send({ type: 'ready' });
process.on('message', ({ request }) => {
  if (request.seed >= 200)
    return process.send({ type: 'threw', thrown: { message: 'no data', code: 'data-missing', hint: 'fetch' } });
  if (request.seed >= 100) return process.send({ type: 'progress', progress: { phase: 'final', learningRate: 1, done: 0.5 } });
  process.send({ type: 'done', evaluation: { ...${JSON.stringify(EVALUATION)}, seed: request.seed } });
});
`;

describe.skipIf(noRedis)('a worker that serves a search', () => {
  let redis: RedisServer;
  let directory: string;
  let client: Redis;
  let queue: JobQueue;
  let connection: Connection;
  let runner: JobRunner;
  let events: WorkerEvent[];
  let said: string[];
  let broken: NosError | undefined;

  beforeAll(async () => {
    redis = await startRedis([]);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    queue = new JobQueue(client, 'test');
    directory = await mkdtemp(join(tmpdir(), 'nos-runner-'));
    await writeFile(join(directory, 'child.mjs'), PROGRAM);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    await client.flushall();
    [events, said, broken] = [[], [], undefined];
    connection = await connect(redis.url, () => undefined);
    const program = join(directory, 'child.mjs');
    runner = new JobRunner({
      worker: 'one',
      connection,
      jobs: new JobQueue(connection.client, 'test'),
      processes: [1, 2].map(
        (i) => new EvaluatingProcess(`one/${i}`, { program, directory, silenceSeconds: 60 }),
      ),
      served: { search: { ...SEARCH, reportMilliseconds: 0 }, task: 'digits-mlp' },
      complaints: new Complaints(connection, (text) => said.push(text)),
      onEvent: (event) => events.push(event),
      onBroken: (error) => {
        broken = error;
      },
    });
  });
  afterEach(async () => {
    await runner.end();
    connection.close();
  });

  async function add(seed: number, change = {}): Promise<string> {
    const id = jobId([seed]);
    const job = { rule: 'g', task: 'digits-mlp', protocol: 'quick', seed, environment: 'none', ...change };
    await queue.add(id, JSON.stringify(job));
    return id;
  }
  const answersTo = async (...ids: readonly string[]) =>
    (await queue.look(ids)).answers.map(([, text]) => JSON.parse(text));
  const held = async () => [...(await queue.look([])).held].sort();
  const types = () => events.map(({ type }) => type);

  it('takes jobs as they come, and gives their answers', async () => {
    const ids: string[] = [];
    for (let seed = 1; seed <= 5; seed++) ids.push(await add(seed));
    await eventually(async () => (await answersTo(...ids)).length).toBe(5);
    const answers = await answersTo(...ids);
    expect(answers.map(({ evaluation }) => evaluation.seed)).toEqual([1, 2, 3, 4, 5]);
    expect(answers.every(({ type, by }) => type === 'done' && /^one\/[12]$/.test(by.name))).toBe(true);
    await eventually(held).toEqual([]);
    expect(types().toSorted()).toEqual([...Array(5).fill('done'), ...Array(5).fill('started')]);
  });

  it('takes as many jobs as it has processes, tells how far they are, and gives them back at its end', async () => {
    const ids = [await add(101), await add(102), await add(103)];
    await eventually(held).toEqual(ids.slice(0, 2).sort());
    await eventually(() => queue.waiting()).toBe(1);
    expect(runner.busy).toBe(true);
    await eventually(async () => {
      const told = await queue.readEvents(client, '0-0', 1);
      return told.map(({ event }) => JSON.parse(event.text ?? '').progress?.done);
    }).toEqual([0.5, 0.5]);
    await runner.end();
    expect(await client.lrange('nos:test:waiting', 0, -1)).toEqual(ids);
    const dropped = events.filter(({ type }) => type === 'dropped');
    expect(dropped).toMatchObject([{ why: 'handed-back' }, { why: 'handed-back' }]);
  });

  it('ends what was cancelled, once it is sure, and goes on with the next job', async () => {
    const id = await add(101);
    await eventually(held).toEqual([id]);
    await queue.cancel(id);
    // While the connection is young, Redis may only have lost the job.
    await runner.hold();
    expect(runner.busy).toBe(true);
    await eventually(() => connection.age()).toBeGreaterThan(LAPSE_MS.worker);
    await runner.hold();
    await eventually(() => runner.busy).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: 'dropped', why: 'cancelled', job: id });
    const next = await add(1);
    await eventually(async () => (await answersTo(next)).length).toBe(1);
  });

  it('ends what another worker has, and keeps what it has taken again', async () => {
    const [one, other] = [await add(101), await add(102)];
    await eventually(held).toHaveLength(2);
    // It looks dead: whoever looks gives its jobs back, and another worker takes the first.
    await client.sadd('nos:test:holders', 'two');
    await client.lrem('nos:test:held:one', 1, one);
    await client.rpush('nos:test:held:two', one);
    await client.lmove('nos:test:held:one', 'nos:test:waiting', 'RIGHT', 'LEFT');
    await runner.hold();
    const about = events.filter(({ type }) => type.startsWith('lock')) as { job: string; type: string }[];
    // A process that became free in the meantime may have been quicker to take the job itself.
    expect(about).toContainEqual(expect.objectContaining({ type: 'lock-lost', job: one }));
    await eventually(() => events.filter(({ type }) => type === 'dropped').length).toBe(1);
    await eventually(held).toEqual([one, other].sort());
  });

  it('refuses a job that is none, and says so', async () => {
    const ids = [await add(1, { rule: 7 }), await add(2, { protocol: './x.mjs' }), await add(3)];
    await eventually(async () => (await answersTo(...ids)).length).toBe(3);
    expect(await answersTo(...ids)).toMatchObject([
      { type: 'threw', thrown: { code: 'queue' } },
      { type: 'threw', thrown: { code: 'unknown-name' } },
      { type: 'done' },
    ]);
    expect(said).toHaveLength(2);
  });

  it('says that this machine cannot evaluate, and leaves the job to others', async () => {
    const id = await add(200);
    await eventually(() => broken?.code).toBe('data-missing');
    await runner.end();
    expect(await answersTo(id)).toEqual([]);
    expect(await client.lrange('nos:test:waiting', 0, -1)).toEqual([id]);
    expect(types()).toEqual(['started', 'dropped']);
    expect(events.at(-1)).toMatchObject({ why: 'handed-back' });
  });

  it('gives its answer as soon as Redis takes it', async () => {
    await client.config('SET', 'min-replicas-to-write', '1');
    await eventually(() => said.length).toBeGreaterThan(0);
    expect(said).toEqual([expect.stringMatching(/NOREPLICAS .*: waiting/)]);
    await client.config('SET', 'min-replicas-to-write', '0');
    const id = await add(1);
    await eventually(async () => (await answersTo(id)).length).toBe(1);
  });
});
