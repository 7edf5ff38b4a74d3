import type { DispatchEvent } from '../dispatcher.ts';
import type { CheckedRequest } from '../request.ts';
import type { Complaints } from './complaints.ts';
import type { Connection } from './connection.ts';
import { followEvents } from './job-events.ts';
import { JobQueue } from './job-queue.ts';
import { type PendingJob, pendingJob, readAnswer, settle, type Waiter } from './pending-job.ts';
import { LAPSE_MS } from './presence.ts';
import { queueName } from './project.ts';
import { type Answer, invalidAnswer, type JobNews, type Project, parseJson, processSchema } from './wire.ts';
import type { WorkerList } from './worker-list.ts';

/** Workers that may die with one job, or answers to it that are none, before nobody tries again. */
const MOST_FAILURES = 20;

export interface ChannelOptions {
  readonly connection: Connection;
  readonly complaints: Complaints;
  /** Gets what the processes of workers tell of themselves. */
  readonly workers: WorkerList;
  readonly onEvent: (event: DispatchEvent) => void;
  /** The name of the run. */
  readonly run: string;
  /** Ends the listening. */
  readonly signal: AbortSignal;
}

/** The jobs of one project that a coordinator waits for. */
export class Channel {
  readonly project: Project;
  /** The name of the project's queue. */
  readonly name: string;
  readonly #options: ChannelOptions;
  readonly #queue: JobQueue;
  /** Jobs by id. */
  readonly #pending = new Map<string, PendingJob>();

  constructor(project: Project, options: ChannelOptions) {
    this.project = project;
    this.name = queueName(project);
    this.#options = options;
    this.#queue = new JobQueue(options.connection.client, this.name);
  }

  /** Begins to hear what workers tell of jobs. */
  listen(): Promise<void> {
    const { connection, complaints, signal } = this.#options;
    return followEvents(this.#queue, connection, complaints, (news) => this.#onNews(news), signal);
  }

  /** Jobs that somebody waits for. */
  get pending(): readonly PendingJob[] {
    return [...this.#pending.values()];
  }

  /** Asks for an evaluation, for one who waits for it. Returns what ends that. */
  ask(waiter: Waiter, checked: CheckedRequest): () => void {
    const made = pendingJob(checked, this.project, this.#options.run);
    const job = this.#pending.get(made.id) ?? made;
    job.waiters.add(waiter);
    if (job === made) {
      this.#pending.set(job.id, job);
      void this.#add(job);
    }
    return () => {
      if (job.waiters.delete(waiter) && job.waiters.size === 0) this.#remove(job);
    };
  }

  /** Looks after its jobs, as events and jobs can be lost: takes answers that are there, adds jobs that are not. */
  async look(): Promise<void> {
    // After an outage, living workers need a moment to say that they are there.
    if (this.#options.connection.age() > LAPSE_MS.worker) await this.#queue.giveBackOfDead();
    const jobs = this.pending;
    const { answers, missing, held } = await this.#queue.look(jobs.map(({ id }) => id));
    const [lost, running] = [new Set(missing), new Set(held)];
    for (const job of jobs.filter((one) => this.#isPending(one))) {
      const { rule, seed } = job.data;
      if (!lost.has(job.id)) job.state = running.has(job.id) ? 'running' : 'waiting';
      else {
        if (job.state !== 'refused') this.#options.onEvent({ type: 'readded', rule, seed });
        void this.#add(job);
      }
    }
    for (const [id, text] of answers) this.#onNews({ type: 'answer', job: id, text });
  }

  async #add(job: PendingJob): Promise<void> {
    job.state = 'waiting';
    const { id, data } = job;
    const add = (): Promise<true> => this.#queue.add(id, JSON.stringify(data)).then(() => true);
    // What is refused is not lost: the next look adds what is not there.
    if (!(await this.#options.complaints.attempt(add))) job.state = 'refused';
  }

  /** Forgets a job, here and in Redis, whether it waits, is answered, or is being evaluated. */
  #remove(job: PendingJob): void {
    if (this.#isPending(job)) this.#pending.delete(job.id);
    this.#cancel(job);
  }

  #isPending(job: PendingJob): boolean {
    return this.#pending.get(job.id) === job;
  }

  #cancel({ id }: PendingJob): void {
    void this.#options.complaints.attempt(() => this.#queue.cancel(id));
  }

  #onNews({ type, job: id, text }: JobNews): void {
    const job = this.#pending.get(id);
    if (job === undefined) return;
    if (type === 'answer') this.#onAnswer(job, text);
    else if (type === 'returned') this.#onReturned(job, text === 'died');
    else this.#onProgress(job, text);
  }

  #onProgress(job: PendingJob, text: string): void {
    const { success, data: status } = processSchema.safeParse(parseJson(text));
    if (!success) return;
    job.state = 'running';
    this.#options.workers.update(status);
    if (status.progress === undefined) return;
    for (const { onProgress } of job.waiters) onProgress(status.progress);
  }

  /** Settles an evaluation with what a worker returned; what is no answer to the question is asked again. */
  #onAnswer(job: PendingJob, text: string): void {
    const answer = readAnswer(text, job);
    if (answer.type === 'invalid') this.#onInvalid(job, answer.reason);
    else {
      this.#tellOrigin(job, answer);
      this.#remove(job);
      settle(job, answer);
    }
  }

  #onInvalid(job: PendingJob, reason: string): void {
    const error = invalidAnswer(reason);
    this.#options.complaints.say(`${error.message}: asked again; ${error.hint}`);
    job.failures++;
    if (job.failures > MOST_FAILURES) {
      this.#remove(job);
      for (const { reject } of job.waiters) reject(error);
    } else {
      this.#cancel(job);
      void this.#add(job);
    }
  }

  #tellOrigin({ data: { rule, seed }, waiters }: PendingJob, { by, retries }: Answer): void {
    const { workers, onEvent } = this.#options;
    workers.update(by);
    retries.forEach((reason, i) => {
      onEvent({ type: 'retried', worker: by.name, rule, seed, tries: i + 1, reason });
    });
    for (const { onWorker } of waiters) onWorker(by.name);
  }

  /** A job waits again. If too many workers have died with it, its rule's evaluation has failed. */
  #onReturned(job: PendingJob, died: boolean): void {
    const { rule, seed } = job.data;
    job.state = 'waiting';
    this.#options.onEvent({ type: 'returned', rule, seed });
    if (died) job.failures++;
    if (job.failures <= MOST_FAILURES) return;
    this.#remove(job);
    settle(job, { type: 'lost', reason: `${job.failures} workers died while they evaluated it` });
  }
}
