import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAULTY_TASK } from '../../../test/dispatcher-conformance.ts';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import type { EvaluationRequest } from '../../evaluation/index.ts';
import {
  type DispatchEvent,
  type Dispatcher,
  listWorkers,
  openRedisQueue,
  runRedisWorker,
  type WorkerEvent,
} from '../index.ts';
import { JobQueue } from './job-queue.ts';
import { PREFIX, publish } from './presence.ts';
import { describeProject, queueName } from './project.ts';
import { jobId } from './wire.ts';

const SOUND: EvaluationRequest = { rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed: 1 };
const FAULTY: EvaluationRequest = { ...SOUND, task: FAULTY_TASK };

describe.skipIf(noRedis)('workers of a Redis', () => {
  let redis: RedisServer;
  let faults: string;
  let queue: Dispatcher;
  let notices: string[];
  /** Ends what a test started, the last first. */
  let ends: (() => Promise<unknown>)[];

  beforeAll(async () => {
    redis = await startRedis(['--requirepass', 'sesame']);
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    faults = await mkdtemp(join(tmpdir(), 'nos-faults-'));
    process.env.NOS_FAULTS = faults;
    notices = [];
    ends = [];
    const onEvent = (event: DispatchEvent) => event.type === 'notice' && notices.push(event.text);
    queue = await openRedisQueue({ url: url(), directory: faults, run: 'test', onEvent });
    ends.push(() => queue.close());
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    delete process.env.NOS_FAULTS;
    await rm(faults, { recursive: true });
  });

  const url = (): string => redis.url.replace('//', '//:sesame@');
  const plant = (file: string): Promise<void> => writeFile(join(faults, file), '');

  /** A worker in this process. */
  function work(
    tasks = [FAULTY_TASK],
    silenceSeconds = 120,
  ): { readonly events: WorkerEvent[]; readonly ended: Promise<unknown> } {
    const stop = new AbortController();
    const events: WorkerEvent[] = [];
    const onEvent = (event: WorkerEvent) => events.push(event);
    const { signal } = stop;
    const options = { url: url(), directory: faults, concurrency: 1, signal, onEvent, tasks, silenceSeconds };
    const ended = runRedisWorker(options);
    ended.catch(() => undefined);
    ends.push(() => {
      stop.abort();
      return ended.catch(() => undefined);
    });
    return { events, ended };
  }

  /** A worker in a process of its own. */
  function start(program: string, ...args: readonly string[]): ChildProcess {
    // The command line knows no NOS_FAULTS, and refuses it.
    const { NOS_FAULTS, ...rest } = process.env;
    const own = program === 'bin/nos' ? { NOS_REDIS_URL: url(), NOS_DATA_DIR: faults } : { NOS_FAULTS };
    const child = spawn(process.execPath, [resolve(program), ...args], {
      env: { ...rest, ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    ends.push(async () => {
      if (child.exitCode === null && child.signalCode === null) await kill(child);
    });
    return child;
  }

  it('shares the work between two, and lists them', async () => {
    const [one, other] = [work(), work()];
    await until(() => queue.workers().length === 2);
    const requests = Array.from({ length: 12 }, (_, i) => ({ ...SOUND, seed: i }));
    const evaluations = await Promise.all(requests.map((request) => queue.evaluate(request)));
    expect(evaluations.map(({ seed }) => seed)).toEqual(requests.map(({ seed }) => seed));
    const counts = [one, other].map(({ events }) => events.filter(({ type }) => type === 'done').length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count)).toBe(12);
    await until(async () => (await listWorkers(url())).workers.every(({ search }) => search?.run === 'test'));
    const { place, searches, workers } = await listWorkers(url());
    expect(place).toBe(redis.url);
    expect(searches).toMatchObject([{ run: 'test', workers: 2, waiting: 0 }]);
    expect(workers.map(({ slots }) => slots.length)).toEqual([1, 1]);
  });

  it('gives the job of a killed worker to another, and it costs no try', async () => {
    const killed = start('test/fixtures/drive-worker.mjs', url(), faults, FAULTY_TASK);
    await plant('block-1');
    const evaluation = queue.evaluate(FAULTY);
    await until(() => !existsSync(join(faults, 'block-1')));
    const { events } = work();
    await kill(killed);
    expect((await evaluation).status).toBe('ok');
    expect(events.map(({ type }) => type)).toEqual(['joined', 'started', 'done']);
  });

  it("gives it to another also where Redis's clock was set back, which makes everything last longer", async () => {
    const client = new Redis(url());
    const killed = start('test/fixtures/drive-worker.mjs', url(), faults, FAULTY_TASK);
    await plant('block-1');
    const evaluation = queue.evaluate(FAULTY);
    await until(() => !existsSync(join(faults, 'block-1')));
    const { events } = work();
    await until(() => queue.workers().length === 2);
    await kill(killed);
    const hours = 2 * 3_600_000;
    for (const key of await client.keys(`${PREFIX}:*`)) {
      const left = await client.pttl(key);
      if (left > 0) await client.pexpire(key, left + hours);
    }
    expect((await evaluation).status).toBe('ok');
    expect(events.map(({ type }) => type)).toContain('done');
    await until(() => queue.workers().length === 1);
    client.disconnect();
  });

  it('gives back the job of a worker that dies as soon as it has taken it', async () => {
    const client = new Redis(url());
    const evaluation = queue.evaluate(SOUND);
    const jobs = new JobQueue(client, queueName(await describeProject(SOUND.task, faults)));
    await until(async () => (await jobs.take('dead', [])) !== undefined);
    const { events } = work();
    expect((await evaluation).status).toBe('ok');
    expect(events.map(({ type }) => type)).toEqual(['joined', 'started', 'done']);
    client.disconnect();
  });

  it('goes on where Redis comes back empty', async () => {
    const { events } = work([FAULTY_TASK], 10);
    await plant('block-1');
    const evaluation = queue.evaluate(FAULTY);
    const waiting = queue.evaluate({ ...FAULTY, seed: 2 });
    await until(() => !existsSync(join(faults, 'block-1')));
    await redis.kill();
    await redis.start();
    expect((await evaluation).status).toBe('ok');
    expect((await waiting).status).toBe('ok');
    expect(notices).toEqual([
      expect.stringContaining('lost the connection'),
      expect.stringContaining('again'),
    ]);
    const types = events.map(({ type }) => type);
    expect(types).toContain('lock-retaken');
    expect(types).not.toContain('dropped');
  });

  it('hands back what is under way when it is told to end, and says how it ended', async () => {
    const requests = Array.from({ length: 30 }, (_, i) => ({ ...SOUND, seed: i }));
    let done = 0;
    const count = (): void => {
      done++;
    };
    const evaluations = requests.map((request) => queue.evaluate(request));
    for (const evaluation of evaluations) evaluation.then(count, count);
    const ended = start('bin/nos', 'worker', '--concurrency', '2', '--json');
    let stdout = '';
    ended.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    await until(() => done > 2);
    ended.kill('SIGTERM');
    const [code] = await once(ended, 'close');
    expect(code).toBe(143);
    const { finished } = JSON.parse(stdout) as { readonly finished: number };
    expect(finished).toBeLessThan(30);
    const { events } = work();
    expect((await Promise.all(evaluations)).every(({ status }) => status === 'ok')).toBe(true);
    expect(events.filter(({ type }) => type === 'done').length).toBe(30 - finished);
  });

  it('and their coordinator end in good order while Redis is away', async () => {
    const worker = start('bin/nos', 'worker', '--concurrency', '1');
    const rules = Array.from({ length: 200 }, (_, i) => `${(i + 1) / 100} * g`);
    const coordinator = start('bin/nos', 'eval', ...rules, '--task', 'digits-mlp');
    await once(coordinator.stderr as Readable, 'data');
    await redis.kill();
    const codes = [worker, coordinator].map(async (child) => {
      child.kill('SIGINT');
      return (await once(child, 'exit'))[0] as number;
    });
    expect(await Promise.all(codes)).toEqual([130, 130]);
    await redis.start();
  });

  it('pass over a search that they cannot serve, say once what differs, and serve the next', async () => {
    const project = await describeProject(SOUND.task, faults);
    const client = new Redis(url());
    const others = [
      ['version', '0.0.1', /the version of this program is .* and 0\.0\.1 there/],
      ['fingerprint', 'an abacus', /the fingerprint is .* and an abacus there/],
      ['checksum', 'f00', /the checksum of the data is .* and f00 there/],
      ['task', 'spirals.mjs#0123456789ab', /task module spirals\.mjs#0123456789ab .* --task FILE/],
      ['task', 'digits', /unknown task 'digits'/],
    ] as const;
    const publishAll = async (): Promise<void> => {
      for (const [field, value] of others) {
        const theirs = { ...project, [field]: value };
        const search = { run: `other-${value}`, project: theirs, reportMilliseconds: 500 };
        await publish(client, 'search', queueName(theirs), search);
      }
      await client.sadd(`${PREFIX}:search`, 'older');
      await client.set(`${PREFIX}:search:older`, '{"run":"older","task":"digits-mlp"}');
    };
    await publishAll();
    const { events } = work();
    const told = () => events.filter(({ type }) => type === 'refused' || type === 'notice');
    await until(() => told().length === others.length + 1);
    await publishAll();
    expect((await queue.evaluate(SOUND)).status).toBe('ok');
    for (const [, value, reason] of others) {
      const said = expect.stringMatching(new RegExp(`run 'other-${value}': .*${reason.source}`));
      expect(told()).toContainEqual(expect.objectContaining({ reasons: [said] }));
    }
    expect(told()).toContainEqual(
      expect.objectContaining({ text: expect.stringMatching(/search older is passed over: project: /) }),
    );
    expect(told()).toHaveLength(others.length + 1);
    client.disconnect();
  });

  it('serve a module that lies elsewhere here, where its text is the same', async () => {
    const [there, here, other] = ['there', 'here', 'other'].map((name) => join(faults, name)) as [
      string,
      string,
      string,
    ];
    const module = `export { task } from ${JSON.stringify(pathToFileURL(FAULTY_TASK).href)};`;
    for (const folder of [there, here, other]) await mkdir(folder);
    await writeFile(join(there, 'mine.mjs'), module);
    await writeFile(join(here, 'mine.mjs'), module);
    await writeFile(join(other, 'mine.mjs'), `${module}\n`);
    const evaluation = queue.evaluate({ ...SOUND, task: join(there, 'mine.mjs') });
    const refused = work([join(other, 'mine.mjs')]);
    await until(() => refused.events.some(({ type }) => type === 'refused'));
    await until(() =>
      notices.some((text) => /serves this search yet: .* `nos worker --task FILE/.test(text)),
    );
    const { events } = work([join(here, 'mine.mjs')]);
    const { task, status } = await evaluation;
    expect({ task, status }).toEqual({ task: join(there, 'mine.mjs'), status: 'ok' });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'joined', task: expect.stringMatching(/^mine\.mjs#[0-9a-f]{12}$/) }),
    );
    expect(refused.events.some(({ type }) => type === 'joined')).toBe(false);
  });

  it('refuse a job that is none, and go on; an answer that is none is refused too', async () => {
    const { ended } = work();
    await queue.evaluate(SOUND);
    const client = new Redis(url());
    const jobs = new JobQueue(client, queueName(await describeProject(SOUND.task, faults)));
    const id = jobId(['forged']);
    await jobs.add(id, JSON.stringify({ ...SOUND, rule: 7, code: 'process.exit()' }));
    await until(async () => (await jobs.look([id])).answers.length > 0);
    const [[, text = ''] = []] = (await jobs.look([id])).answers;
    expect(JSON.parse(text)).toMatchObject({ type: 'threw', thrown: { code: 'queue' } });
    expect((await queue.evaluate({ ...SOUND, seed: 2 })).status).toBe('ok');
    await (ends.pop() as () => Promise<unknown>)();
    await ended;

    let asked = true;
    const lie = async (): Promise<void> => {
      while (asked) {
        const job = await jobs.take('liar', []);
        if (job) await jobs.answer('liar', job.id, '{"type":"done","evaluation":{"reward":2}}');
      }
    };
    const lying = lie();
    await expect(queue.evaluate({ ...SOUND, seed: 3 })).rejects.toMatchObject({ code: 'queue' });
    asked = false;
    await lying;
    client.disconnect();
  });

  it('leave their answers for a coordinator that comes later', async () => {
    const earlier = start('test/fixtures/drive-queue.mjs', url(), faults, 'again', JSON.stringify(SOUND));
    await once(earlier.stdout as Readable, 'data');
    await kill(earlier);
    const { events } = work();
    await until(() => events.some(({ type }) => type === 'done'));
    const later = await openRedisQueue({ url: url(), directory: faults, run: 'again' });
    ends.push(() => later.close());
    expect((await later.evaluate(SOUND)).status).toBe('ok');
    expect(events.filter(({ type }) => type === 'started').length).toBe(1);
  });

  it('and their coordinator say what is wrong with a URL, and never the password', async () => {
    const open = (wrong: string): Promise<unknown> =>
      openRedisQueue({ url: wrong, directory: faults, run: 'test' }).then(
        (opened) => opened.close(),
        ({ code, message, hint, cause }) => JSON.stringify({ code, message, hint, cause }),
      );
    const wrong = [
      ['http://me:sesame@localhost', 'bad-option'],
      ['sesame', 'bad-option'],
      ['redis://me:sesame@127.0.0.1:1', 'ECONNREFUSED'],
      [redis.url.replace('//', '//:opensesame@'), 'WRONGPASS'],
      [redis.url, 'a password is needed'],
    ] as const;
    for (const [address, reason] of wrong) {
      const said = await open(address);
      expect(said).toContain(reason);
      expect(said).not.toContain('sesame');
    }
  });
});

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
