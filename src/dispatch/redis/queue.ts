import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueEvents } from 'bullmq';
import { type Evaluation, type EvaluationRequest, evaluationId } from '../../evaluation/index.ts';
import type { DispatchEvent, Dispatcher, EvaluateOptions, QueueDepth, WorkerStatus } from '../dispatcher.ts';
import { unpackError } from '../messages.ts';
import { abortable, aborted, checkRequest } from '../request.ts';
import { Complaints } from './complaints.ts';
import { type Connection, connect, isGarbled, type Note, within } from './connection.ts';
import { checkFitness } from './fitness.ts';
import { MOST_DEATHS, shortenLocks } from './lock.ts';
import { describeProject, queueName } from './project.ts';
import { isRefusal } from './refusal.ts';
import { BEAT_MS, list, PREFIX, publish, withdraw } from './registry.ts';
import { WorkerView } from './view.ts';
import { type Channel, JOB, type Waiter, type Wanted } from './wanted.ts';
import {
  type Answer,
  answerSchema,
  complaint,
  deviation,
  invalidAnswer,
  jobId,
  type Project,
  type Search,
  sayable,
  slotSchema,
  workerSchema,
} from './wire.ts';

export interface RedisQueueOptions {
  /** `redis://…` or `rediss://…`; it may hold a password, which appears nowhere. */
  readonly url: string;
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /** What workers are told they work for; evaluations of one run are one job each. */
  readonly run: string;
  /** Hears when the connection is lost, when nobody evaluates, who joins, and the like. */
  readonly onEvent?: (event: DispatchEvent) => void;
}

/**
 * A {@link Dispatcher} for workers on any machines: `runRedisWorker`, or `nos worker`. Evaluations are jobs of BullMQ in Redis.
 * Redis is only the way: what it loses is added again for as long as this process wants it, and when this process is
 * gone, a resumed run adds what its store does not have.
 *
 * The data of the task must be on this machine too: their checksum is what workers are compared with.
 *
 * @throws NosError `bad-option` for what is no URL of Redis; `queue` where Redis cannot be reached or refuses.
 */
export async function openRedisQueue(options: RedisQueueOptions): Promise<Dispatcher> {
  const { onEvent = () => undefined } = options;
  const note: Note = (text, about) => onEvent({ type: 'notice', about, text });
  const connection = await connect(options.url, note);
  await checkFitness(connection, note).catch((error: unknown) => {
    connection.close();
    throw error;
  });
  const { Queue, QueueEvents } = await import('bullmq');
  const { client } = connection;
  const open = async (project: Project): Promise<Channel> => {
    const shared = { connection: client, prefix: PREFIX };
    const name = queueName(project);
    // Events from now on, also those that come before the first of them is read.
    const [seconds, microseconds] = await client.time();
    const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    const events = new QueueEvents(name, { ...shared, autorun: false, lastEventId: `${now}-0` });
    return { project, name, queue: new Queue(name, shared), events };
  };
  return new RedisQueue({ ...options, onEvent }, connection, open);
}

/** What BullMQ says of a job under which {@link MOST_DEATHS} workers died. */
const TOO_MANY_DEATHS = 'job stalled more than allowable limit';

/** What can be done in good order at the end takes no longer than this. */
const CLOSE_MS = 2_000;

/** Between two reports of an evaluation, and as many a second as all of them may make. */
const REPORT_MS = 500;
const MOST_REPORTS = 50;

/** Without workers for so long, it says so; with some that do not serve this search, after a while in which they may get its data. */
const PATIENCE_MS = 5_000;
const JOINING_MS = 10_000;

class RedisQueue implements Dispatcher {
  readonly #options: Required<RedisQueueOptions>;
  readonly #connection: Connection;
  readonly #open: (project: Project) => Promise<Channel>;
  /** By task, as requests name it. */
  readonly #channels = new Map<string, Promise<Channel>>();
  readonly #opened: Channel[] = [];
  /** By id. */
  readonly #wanted = new Map<string, Wanted>();
  /** Jobs that are being removed: to be waited for before they are added again. */
  readonly #leaving = new Map<string, Promise<void>>();
  /** Requests in their order, until their jobs are added. */
  readonly #line: Promise<Wanted | undefined>[] = [];
  readonly #view = new WorkerView();
  /** The names of the workers that are there. */
  #there: ReadonlySet<string> = new Set();
  readonly #closed = new AbortController();
  #adding = false;
  readonly #complaints: Complaints;
  /** Since when there is work and nobody who does it. */
  #alone = performance.now();
  readonly #watching: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(
    options: Required<RedisQueueOptions>,
    connection: Connection,
    open: (project: Project) => Promise<Channel>,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#complaints = new Complaints(connection, (text, about) => {
      if (!this.#closed.signal.aborted) options.onEvent({ type: 'notice', about, text });
    });
    this.#open = open;
    connection.client.on('ready', () => void this.#look());
    this.#watching = this.#watch();
  }

  evaluate(request: EvaluationRequest, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { signal, onProgress = () => undefined, onWorker = () => undefined } = options;
    return abortable({ signal, closed: this.#closed.signal }, (resolve, reject, stop) => {
      const waiter: Waiter = { request, onProgress, onWorker, resolve, reject };
      const prepared = this.#prepare(waiter, stop).catch((error: unknown) => {
        reject(error);
        return undefined;
      });
      this.#line.push(prepared);
      void this.#addLine();
      return () => this.#drop(waiter);
    });
  }

  workers(): readonly WorkerStatus[] {
    return this.#view.statuses();
  }

  depth(): QueueDepth {
    const active = [...this.#wanted.values()].filter((wanted) => wanted.active).length;
    return { waiting: this.#wanted.size - active, active };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    const goodbye = async (): Promise<void> => {
      await Promise.all([this.#watching, ...this.#leaving.values()]);
      await Promise.all(this.#opened.map(({ name }) => withdraw(this.#connection.client, 'search', name)));
    };
    await within(CLOSE_MS, goodbye());
    this.#connection.close();
    const closing = this.#opened.flatMap(({ queue, events }) => [queue.close(), events.close()]);
    await within(CLOSE_MS, Promise.allSettled(closing));
  }

  /** Checks a request and finds its place; one that nobody waits for any more gives nothing. */
  async #prepare(waiter: Waiter, stop: AbortSignal): Promise<Wanted | undefined> {
    const { request } = waiter;
    const checked = await checkRequest(request);
    const channel = await this.#channelOf(request.task);
    if (stop.aborted) return undefined;
    const { task, fingerprint, version } = channel.project;
    const { key, failed } = checked;
    const data = { ...checked.request, task };
    const id = jobId([evaluationId({ ...data, key }), fingerprint, this.#options.run]);
    const wanted = this.#wanted.get(id) ?? {
      id,
      channel,
      data,
      asked: { ...data, key, fingerprint, version },
      failed,
      waiters: new Set<Waiter>(),
      added: false,
      refused: false,
      active: false,
      failures: 0,
    };
    wanted.waiters.add(waiter);
    this.#wanted.set(id, wanted);
    return wanted;
  }

  #channelOf(task: string): Promise<Channel> {
    const known = this.#channels.get(task);
    if (known !== undefined) return known;
    const opening = this.#openChannel(task);
    this.#channels.set(task, opening);
    // Data that are missing now may be there for the next request.
    opening.catch(() => this.#channels.delete(task));
    return opening;
  }

  async #openChannel(task: string): Promise<Channel> {
    const project = await describeProject(task, this.#options.directory);
    const channel = await this.#open(project).catch((error: Error) => {
      throw isRefusal(error) ? this.#connection.refusal(error) : error;
    });
    this.#opened.push(channel);
    const { queue, events } = channel;
    const trouble = (error: unknown): void => this.#complaints.complain(error);
    queue.on('error', trouble);
    events.on('error', trouble);
    events.on('active', ({ jobId }) => this.#onActive(jobId));
    events.on('waiting', ({ jobId, prev }) => prev === 'active' && this.#onReturned(jobId));
    events.on('progress', ({ jobId, data }) => this.#onProgress(jobId, data));
    events.on('completed', ({ jobId, returnvalue }) => this.#onAnswer(jobId, returnvalue));
    events.on('failed', ({ jobId, failedReason }) => this.#onFailed(jobId, failedReason));
    // A job of that id was there: an earlier process of this run asked for it, and it may be done.
    events.on('duplicated', ({ jobId }) => void this.#lookAt(jobId));
    void this.#listen(events);
    // Said, and done again by the next look.
    await this.#publish(channel).catch((error: unknown) => this.#complaints.complain(error));
    return channel;
  }

  /** Hears events until the end. Over one that cannot be read BullMQ stumbles; it begins again behind it, and looks find the rest. */
  async #listen(events: QueueEvents): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await events.run().catch((error: unknown) => this.#complaints.complain(error));
      Object.assign(events.opts, { lastEventId: '$' });
      await sleep(BEAT_MS / 8, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Adds what stands in line, in order, many at once. */
  async #addLine(): Promise<void> {
    if (this.#adding) return;
    this.#adding = true;
    while (this.#line.length > 0) {
      const prepared = await Promise.all(this.#line.splice(0));
      await this.#add(prepared.filter((wanted) => wanted !== undefined && !wanted.added) as Wanted[]);
    }
    this.#adding = false;
  }

  async #add(all: readonly Wanted[]): Promise<void> {
    for (const channel of new Set(all.map((wanted) => wanted.channel))) {
      const own = [...new Set(all.filter((one) => one.channel === channel && one.waiters.size > 0))];
      await Promise.all(own.map(({ id }) => this.#leaving.get(id)));
      const jobs = own.map(({ id, data }) => ({ name: 'evaluation', data, opts: { ...JOB, jobId: id } }));
      try {
        await channel.queue.addBulk(jobs);
        for (const wanted of own) Object.assign(wanted, { added: true, refused: false });
        for (const wanted of own) if (wanted.waiters.size === 0) this.#remove(wanted);
      } catch (error) {
        // Not lost: the next look adds what is wanted and not there.
        this.#complaints.complain(error);
        for (const wanted of own) Object.assign(wanted, { added: true, refused: true });
      }
    }
  }

  #onActive(id: string): void {
    const wanted = this.#wanted.get(id);
    if (wanted) wanted.active = true;
  }

  #onReturned(id: string): void {
    const wanted = this.#wanted.get(id);
    if (!wanted) return;
    wanted.active = false;
    const { rule, seed } = wanted.data;
    this.#options.onEvent({ type: 'returned', rule, seed });
  }

  #onProgress(id: string, data: unknown): void {
    const { success, data: slot } = slotSchema.safeParse(data);
    if (!success) return;
    this.#view.update(slot);
    if (slot.progress === undefined) return;
    for (const { onProgress } of this.#wanted.get(id)?.waiters ?? []) {
      onProgress(slot.progress);
    }
  }

  /**
   * Settles an evaluation with what a worker returned; a second answer finds nobody who waits. What is no answer, or one to
   * another question, is nobody's word: the job is asked again, up to {@link MOST_DEATHS} times.
   */
  #onAnswer(id: string, returned: unknown): void {
    const wanted = this.#wanted.get(id);
    if (wanted === undefined) return;
    const { success, data, error } = answerSchema.safeParse(returned);
    const evaluation = data?.type === 'done' ? data.evaluation : undefined;
    const wrong = evaluation ? deviation(evaluation, wanted.asked) : error && complaint(error);
    if (!success || wrong !== undefined) this.#onInvalid(wanted, wrong ?? '');
    else {
      this.#heed(wanted, data);
      this.#settle(wanted, data);
    }
  }

  #onInvalid(wanted: Wanted, reason: string): void {
    if (!wanted.added) return;
    const error = invalidAnswer(reason);
    this.#complaints.say(`${error.message}: asked again; ${error.hint}`);
    wanted.failures++;
    if (wanted.failures <= MOST_DEATHS) this.#beginAnew(wanted);
    else {
      this.#remove(wanted);
      for (const { reject } of wanted.waiters) reject(error);
    }
  }

  /** What an answer says besides. */
  #heed({ data: { rule, seed }, waiters }: Wanted, { by, retries }: Answer): void {
    this.#view.update(by);
    const event = { type: 'retried', worker: by.name, rule, seed } as const;
    retries.forEach((reason, i) => {
      this.#options.onEvent({ ...event, tries: i + 1, reason });
    });
    for (const { onWorker } of waiters) onWorker(by.name);
  }

  /**
   * A job begins anew, up to {@link MOST_DEATHS} times: its worker did not get its answer through, as its lock ran out while Redis was
   * away. Where so many workers died under it, or it failed so often, its rule's evaluation has failed.
   */
  #onFailed(id: string, reason: string): void {
    const wanted = this.#wanted.get(id);
    if (!wanted?.added) return;
    wanted.failures++;
    if (reason === TOO_MANY_DEATHS || wanted.failures > MOST_DEATHS) {
      this.#settle(wanted, { type: 'lost', reason: `Redis: ${sayable(reason)}` });
      return;
    }
    this.#onReturned(id);
    this.#beginAnew(wanted);
  }

  #beginAnew(wanted: Wanted): void {
    wanted.added = false;
    wanted.active = false;
    this.#leave(wanted);
    void this.#add([wanted]);
  }

  #settle(wanted: Wanted, answer: Answer | { readonly type: 'lost'; readonly reason: string }): void {
    this.#remove(wanted);
    for (const { request, resolve, reject } of wanted.waiters) {
      if (answer.type === 'threw') reject(unpackError(answer.thrown));
      else if (answer.type === 'lost') wanted.failed(answer.reason).then(resolve, reject);
      else resolve({ ...answer.evaluation, task: request.task });
    }
  }

  #drop(waiter: Waiter): void {
    waiter.reject(aborted());
    for (const wanted of this.#wanted.values()) {
      if (wanted.waiters.delete(waiter) && wanted.waiters.size === 0) this.#remove(wanted);
    }
  }

  /** Takes a job out of Redis, whether it waits, is done, or is being evaluated: its worker then finds its lock gone. */
  #remove(wanted: Wanted): void {
    const { id, added } = wanted;
    if (this.#wanted.get(id) === wanted) this.#wanted.delete(id);
    if (added) this.#leave(wanted);
  }

  #leave({ id, channel }: Wanted): void {
    const leaving = this.#removeJob(channel, id)
      .catch((error: Error) => this.#complaints.complain(error))
      .finally(() => this.#leaving.delete(id));
    this.#leaving.set(id, leaving);
  }

  async #removeJob({ queue }: Channel, id: string): Promise<void> {
    // Between the two commands another worker may take the job, and the lock.
    while ((await queue.remove(id)) === 0) await this.#connection.client.del(`${queue.toKey(id)}:lock`);
  }

  /** Until the end: says that it is there, learns who is, and looks after what is wanted. */
  async #watch(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#look();
      this.#complainOfSolitude();
      const pause = this.#view.statuses().length === 0 ? BEAT_MS / 8 : BEAT_MS;
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { client } = this.#connection;
    const look = async (): Promise<void> => {
      await Promise.all(this.#opened.map((channel) => this.#publish(channel)));
      await Promise.all(this.#opened.map(({ queue }) => shortenLocks(queue, client)));
      const names = new Set(this.#opened.map(({ name }) => name));
      const there = await list(client, 'worker', workerSchema);
      const ours = there.filter(({ search }) => search === undefined || names.has(queueName(search.project)));
      this.#view.replace(ours);
      this.#greet(new Set(ours.filter(({ search }) => search !== undefined).map(({ name }) => name)));
      await Promise.all([...this.#wanted.keys()].map((id) => this.#lookAt(id)));
    };
    await this.#complaints.patiently(look).catch((error: unknown) => this.#complaints.complain(error));
  }

  /** Says who is new, and who is gone. */
  #greet(there: ReadonlySet<string>): void {
    const before = this.#there;
    this.#there = there;
    const { onEvent } = this.#options;
    for (const worker of there) if (!before.has(worker)) onEvent({ type: 'joined', worker });
    for (const worker of before) if (!there.has(worker)) onEvent({ type: 'left', worker });
  }

  /** Events can be lost, and so can jobs: takes an answer that is there, adds a job that is not. */
  async #lookAt(id: string): Promise<void> {
    const wanted = this.#wanted.get(id);
    if (!wanted?.added) return;
    const { queue } = wanted.channel;
    const job = await queue.getJob(id).catch(async (error: Error) => {
      if (!isGarbled(error)) throw error;
      await this.#connection.client.del(queue.toKey(id));
      return undefined;
    });
    if (this.#wanted.get(id) !== wanted) return;
    if (job === undefined) await this.#addAgain(wanted);
    else if (job.finishedOn === undefined) return;
    else if (job.failedReason) this.#onFailed(id, job.failedReason);
    else this.#onAnswer(id, job.returnvalue);
  }

  async #addAgain(wanted: Wanted): Promise<void> {
    wanted.active = false;
    const { rule, seed } = wanted.data;
    if (!wanted.refused) this.#options.onEvent({ type: 'readded', rule, seed });
    await this.#add([wanted]);
  }

  #publish({ name, project }: Channel): Promise<void> {
    const reportMilliseconds = Math.max(REPORT_MS, (1_000 * this.#view.statuses().length) / MOST_REPORTS);
    const search: Search = {
      run: this.#options.run,
      project,
      reportMilliseconds: Math.ceil(reportMilliseconds),
    };
    return publish(this.#connection.client, 'search', name, search);
  }

  #complainOfSolitude(): void {
    if (this.#there.size > 0 || this.#wanted.size === 0) this.#alone = performance.now();
    const others = this.#view.statuses().length > 0;
    if (performance.now() - this.#alone < (others ? JOINING_MS : PATIENCE_MS)) return;
    const { place } = this.#connection;
    const task = this.#opened.some(({ project }) => project.task.includes('#')) ? ' --task FILE' : '';
    const hint = `start some with \`nos worker${task} --redis URL\``;
    const text = others
      ? `no worker at ${place} serves this search yet: each says why when it does not; ${hint}`
      : `no worker at ${place}: ${hint}`;
    this.#complaints.say(text, 'alone');
  }
}
