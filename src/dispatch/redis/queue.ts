import { setTimeout as sleep } from 'node:timers/promises';
import type { Evaluation, EvaluationRequest } from '../../evaluation/index.ts';
import type { DispatchEvent, Dispatcher, EvaluateOptions, QueueDepth, WorkerStatus } from '../dispatcher.ts';
import { abortable, aborted, checkRequest } from '../request.ts';
import { Channel } from './channel.ts';
import { Complaints } from './complaints.ts';
import { type Connection, connect, type Note, within } from './connection.ts';
import { checkFitness } from './fitness.ts';
import type { Waiter } from './pending-job.ts';
import { BEAT_MS, list, publish, withdraw } from './presence.ts';
import { describeProject, queueName } from './project.ts';
import { isRefusal } from './refusal.ts';
import { type Search, workerSchema } from './wire.ts';
import { WorkerList } from './worker-list.ts';

export interface RedisQueueOptions {
  /** `redis://…` or `rediss://…`; it may hold a password, which appears nowhere. */
  readonly url: string;
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /** The name of the run, for workers; equal evaluations of one run are one job. */
  readonly run: string;
  /** Gets told when the connection is lost, when nobody evaluates, who joins, and the like. */
  readonly onEvent?: (event: DispatchEvent) => void;
}

/**
 * Opens a {@link Dispatcher} for workers on any machines: `runRedisWorker`, or `nos worker`. Evaluations are jobs in Redis
 * (job-queue.ts, channel.ts). Redis is only the way: what it loses is added again for as long as this process waits for it, and when this
 * process is gone, a resumed run adds what its store does not have.
 *
 * The data of the task must be on this machine too: workers compare their checksum with their own.
 *
 * @throws NosError `bad-option` if it is no URL of Redis; `queue` if Redis cannot be reached or refuses.
 */
export async function openRedisQueue(options: RedisQueueOptions): Promise<Dispatcher> {
  const { onEvent = () => undefined } = options;
  const note: Note = (text, about) => onEvent({ type: 'notice', about, text });
  const connection = await connect(options.url, note);
  await checkFitness(connection, note).catch((error: unknown) => {
    connection.close();
    throw error;
  });
  return new RedisQueue({ ...options, onEvent }, connection);
}

/** Milliseconds for all that can be done in good order at the end. */
const CLOSE_MS = 2_000;

/** Milliseconds between two reports of one evaluation, and the reports per second of all evaluations together. */
const REPORT_MS = 500;
const MOST_REPORTS = 50;

/** Milliseconds without any worker, and without one that serves this search, after which a warning follows. */
const ALONE_MS = 5_000;
const UNSERVED_MS = 10_000;

class RedisQueue implements Dispatcher {
  readonly #options: Required<RedisQueueOptions>;
  readonly #connection: Connection;
  readonly #complaints: Complaints;
  /** Channels by task, as requests name it. */
  readonly #channels = new Map<string, Promise<Channel>>();
  readonly #opened: Channel[] = [];
  /** Resolves once the latest request is on its way to Redis, or refused. */
  #latest: Promise<unknown> = Promise.resolve();
  readonly #workers = new WorkerList();
  /** The last time at which there was nothing to do, or somebody who does it. */
  #served = performance.now();
  readonly #closed = new AbortController();
  readonly #watching: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(options: Required<RedisQueueOptions>, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    this.#complaints = new Complaints(connection, (text, about) => {
      if (!this.#closed.signal.aborted) options.onEvent({ type: 'notice', about, text });
    });
    connection.client.on('ready', () => void this.#look());
    this.#watching = this.#watch();
  }

  evaluate(request: EvaluationRequest, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { signal, onProgress = () => undefined, onWorker = () => undefined } = options;
    return abortable({ signal, closed: this.#closed.signal }, (resolve, reject, stop) => {
      const waiter: Waiter = { request, onProgress, onWorker, resolve, reject };
      let leave = (): void => undefined;
      const begin = async (previous: Promise<unknown>): Promise<void> => {
        const checked = await checkRequest(request);
        const channel = await this.#channelOf(request.task);
        await previous;
        if (!stop.aborted) leave = channel.ask(waiter, checked);
      };
      this.#latest = begin(this.#latest).catch(reject);
      return () => {
        reject(aborted());
        leave();
      };
    });
  }

  workers(): readonly WorkerStatus[] {
    return this.#workers.statuses();
  }

  depth(): QueueDepth {
    const jobs = this.#opened.flatMap(({ pending }) => pending);
    const active = jobs.filter(({ state }) => state === 'running').length;
    return { waiting: jobs.length - active, active };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    const goodbye = async (): Promise<void> => {
      await this.#watching;
      await Promise.all(this.#opened.map(({ name }) => withdraw(this.#connection.client, 'search', name)));
    };
    await within(CLOSE_MS, goodbye());
    this.#connection.close();
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
    const channel = new Channel(await describeProject(task, this.#options.directory), {
      connection: this.#connection,
      complaints: this.#complaints,
      workers: this.#workers,
      onEvent: this.#options.onEvent,
      run: this.#options.run,
      signal: this.#closed.signal,
    });
    await channel.listen().catch((error: Error) => {
      throw isRefusal(error) ? this.#connection.refusal(error) : error;
    });
    this.#opened.push(channel);
    // If it is refused, that is said, and the next look does it again.
    await this.#complaints.attempt(() => this.#publish(channel));
    return channel;
  }

  /** Until the end: says that this search is there, learns who serves it, and looks after its jobs. */
  async #watch(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#look();
      this.#warnIfUnserved();
      const pause = this.#workers.statuses().length === 0 ? BEAT_MS.search / 8 : BEAT_MS.search;
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    await this.#complaints.attemptAgain(async () => {
      await Promise.all(this.#opened.map((channel) => this.#publish(channel)));
      await Promise.all(this.#opened.map((channel) => channel.look()));
      await this.#lookForWorkers();
    });
  }

  async #lookForWorkers(): Promise<void> {
    const names = new Set(this.#opened.map(({ name }) => name));
    const all = await list(this.#connection.client, 'worker', workerSchema);
    const ours = all.filter(({ search }) => search === undefined || names.has(queueName(search.project)));
    const { joined, left } = this.#workers.replace(ours);
    const { onEvent } = this.#options;
    for (const worker of joined) onEvent({ type: 'joined', worker });
    for (const worker of left) onEvent({ type: 'left', worker });
  }

  #publish({ name, project }: Channel): Promise<void> {
    const reportMilliseconds = Math.max(REPORT_MS, (1_000 * this.#workers.statuses().length) / MOST_REPORTS);
    const search: Search = {
      run: this.#options.run,
      project,
      reportMilliseconds: Math.ceil(reportMilliseconds),
    };
    return publish(this.#connection.client, 'search', name, search);
  }

  #warnIfUnserved(): void {
    const now = performance.now();
    if (this.#workers.serving.size > 0 || this.#opened.every(({ pending }) => pending.length === 0))
      this.#served = now;
    const others = this.#workers.statuses().length > 0;
    if (now - this.#served < (others ? UNSERVED_MS : ALONE_MS)) return;
    const { place } = this.#connection;
    const task = this.#opened.some(({ project }) => project.task.includes('#')) ? ' --task FILE' : '';
    const hint = `start some with \`nos worker${task} --redis URL\``;
    const text = others
      ? `no worker at ${place} serves this search yet: each says why when it does not; ${hint}`
      : `no worker at ${place}: ${hint}`;
    this.#complaints.say(text, 'alone');
  }
}
