import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { NosError } from '../../errors.ts';
import { type EvaluationRequest, engineOf } from '../../evaluation/index.ts';
import { toJson } from '../../json.ts';
import { packError } from '../messages.ts';
import type { Outcome } from '../worker-process.ts';
import { OWN_TROUBLE, requestOf, type Served } from './admission.ts';
import type { Complaints } from './complaints.ts';
import type { Connection } from './connection.ts';
import type { EvaluatingProcess } from './evaluating-process.ts';
import type { JobQueue } from './job-queue.ts';
import { LAPSE_MS } from './presence.ts';
import { type Answer, packAnswer, parseJson } from './wire.ts';
import type { JobEvent, WorkerEvent } from './worker-events.ts';

/** Seconds of one wait for a job. */
const WAIT_SECONDS = 5;
const RETRY_MS = 250;

export interface JobRunnerOptions {
  /** The name of the worker. */
  readonly worker: string;
  readonly connection: Connection;
  readonly jobs: JobQueue;
  readonly processes: readonly EvaluatingProcess[];
  /** The search that the jobs belong to. */
  readonly served: Served;
  readonly complaints: Complaints;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Gets why this machine cannot evaluate: the worker is to end. */
  readonly onBroken: (error: NosError) => void;
}

/** A job in evaluation. */
interface Running {
  readonly process: EvaluatingProcess;
  readonly about: JobEvent;
  done: Promise<void>;
  /** Whether its answer is under way. */
  answered: boolean;
}

/** Takes the jobs of one search, as many at a time as there are processes, evaluates them, and gives their answers. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  /** Jobs in evaluation, by id. */
  readonly #running = new Map<string, Running>();
  readonly #ended = new AbortController();
  readonly #taking: Promise<void>;
  /** Milliseconds between two reports of one evaluation. */
  reportMilliseconds: number;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.reportMilliseconds = options.served.search.reportMilliseconds;
    this.#taking = this.#takeJobs();
  }

  /** Whether a job is in evaluation. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Tells Redis which jobs are in evaluation, and ends those that were cancelled or are another worker's by now. */
  async hold(): Promise<void> {
    const { jobs, worker, connection, onEvent } = this.#options;
    const held = new Map([...this.#running].filter(([, { answered }]) => !answered));
    for (const [id, loss] of await jobs.hold(worker, [...held.keys()])) {
      const running = this.#running.get(id);
      if (running === undefined || running !== held.get(id)) continue;
      // After an outage, the coordinator needs a moment to add again what Redis has lost.
      if (loss === 'gone' && connection.age() < LAPSE_MS.worker) continue;
      if (loss === 'lost') onEvent({ ...running.about, type: 'lock-lost' });
      if (loss === 'retaken') onEvent({ ...running.about, type: 'lock-retaken' });
      else await running.process.kill();
    }
  }

  /** Takes no more jobs, ends what is in evaluation, and gives it back. */
  async end(): Promise<void> {
    const { jobs, processes, worker } = this.#options;
    this.#ended.abort();
    await Promise.all(processes.map((process) => process.kill()));
    await Promise.all([this.#taking, ...[...this.#running.values()].map(({ done }) => done)]);
    await jobs.giveBack(worker);
  }

  async #takeJobs(): Promise<void> {
    const { connection, complaints } = this.#options;
    const { signal } = this.#ended;
    const waiting = connection.duplicate(signal);
    while (!signal.aborted) {
      const taken = await complaints.attempt(() => this.#takeNext(waiting).then(() => true));
      if (!taken) await this.#pause(RETRY_MS);
    }
  }

  /** Takes the next job as soon as a process is free; returns without one if none comes for a while. */
  async #takeNext(waiting: Redis): Promise<void> {
    const { jobs, worker, served } = this.#options;
    const process = await this.#freeProcess();
    if (this.#ended.signal.aborted) return;
    const job = await jobs.take(worker, [...this.#running.keys()]);
    if (this.#ended.signal.aborted) return;
    if (job === undefined) return jobs.wait(waiting, WAIT_SECONDS);
    // A job that was cancelled, and asked for again, may be in evaluation here still.
    if (this.#running.has(job.id)) return;
    const request = requestOf(job.id, parseJson(job.text), served);
    if (request instanceof NosError) await this.#refuse(job.id, request, process);
    else this.#start(job.id, request, process);
  }

  async #freeProcess(): Promise<EvaluatingProcess> {
    for (;;) {
      const running = [...this.#running.values()];
      const free = this.#options.processes.find((one) => !running.some(({ process }) => process === one));
      if (free !== undefined) return free;
      await Promise.race(running.map(({ done }) => done));
    }
  }

  /** A pause that ends early when no more jobs are to be taken. */
  #pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds, undefined, { signal: this.#ended.signal }).catch(() => undefined);
  }

  #refuse(id: string, error: NosError, process: EvaluatingProcess): Promise<void> {
    this.#options.complaints.say(`${error.message}; ${error.hint}`);
    return this.#give(id, { type: 'threw', thrown: packError(error), by: process.status(), retries: [] });
  }

  #start(id: string, request: EvaluationRequest, process: EvaluatingProcess): void {
    const { rule, seed } = request;
    const about: JobEvent = { slot: process.status().name, job: id, rule, seed };
    const running: Running = { process, about, answered: false, done: Promise.resolve() };
    this.#running.set(id, running);
    running.done = this.#evaluate(request, running).finally(() => this.#running.delete(id));
  }

  async #evaluate(request: EvaluationRequest, running: Running): Promise<void> {
    const { onEvent } = this.#options;
    const { process, about } = running;
    const retries: string[] = [];
    onEvent({ ...about, type: 'started' });
    const engine = engineOf(this.#options.served.search.project.fingerprint);
    const outcome = await process.run(
      { request, engine },
      this.#reporter(about.job, process),
      (reason, tries) => {
        retries.push(reason);
        onEvent({ ...about, type: 'retried', tries, reason });
      },
    );
    const answer = this.#answerOf(outcome, process, retries);
    if (answer === undefined) {
      // When this worker ends, its jobs go back; otherwise this one is not ours any more.
      const why = this.#ended.signal.aborted ? 'handed-back' : 'cancelled';
      onEvent({ ...about, type: 'dropped', why, reason: why === 'cancelled' ? 'cancelled' : 'handed back' });
      return;
    }
    running.answered = true;
    if (answer.type === 'done') onEvent({ ...about, type: 'done', evaluation: answer.evaluation });
    else if (answer.type === 'lost')
      onEvent({ ...about, type: 'dropped', why: 'failed', reason: answer.reason });
    else onEvent({ ...about, type: 'dropped', why: 'threw', reason: answer.thrown.message });
    await this.#give(about.job, answer);
  }

  /** Makes the answer to a job; nothing if the job is not done and this worker will not do it. */
  #answerOf(outcome: Outcome, process: EvaluatingProcess, retries: readonly string[]): Answer | undefined {
    const by = process.status();
    const { task } = this.#options.served.search.project;
    if (outcome.type === 'killed') return undefined;
    if (outcome.type === 'done') {
      return { type: 'done', evaluation: { ...outcome.evaluation, task }, by, retries };
    }
    if (outcome.type === 'threw') {
      const { error } = outcome;
      if (error instanceof NosError && OWN_TROUBLE.includes(error.code)) return this.#fail(error);
      return { type: 'threw', thrown: packError(error), by, retries };
    }
    const reason = `${by.name}: ${outcome.reason}`;
    if (outcome.started) return { type: 'lost', reason, by, retries };
    const text = `no process could be started to evaluate; ${reason}`;
    return this.#fail(new NosError('worker', text, 'try: `nos doctor`'));
  }

  /** This machine cannot evaluate: no more jobs are taken, and others do them. */
  #fail(error: NosError): undefined {
    this.#ended.abort();
    this.#options.onBroken(error);
  }

  /** Gives an answer to Redis, which may refuse it for a while. */
  async #give(id: string, answer: Answer): Promise<void> {
    const { jobs, worker, complaints } = this.#options;
    const text = packAnswer(answer);
    while (!this.#ended.signal.aborted) {
      const given = await complaints.attempt(() => jobs.answer(worker, id, text).then(() => true));
      if (given) return;
      await this.#pause(RETRY_MS);
    }
  }

  #reporter(id: string, process: EvaluatingProcess): () => void {
    const { jobs } = this.#options;
    let last = Number.NEGATIVE_INFINITY;
    return () => {
      const now = performance.now();
      if (now - last < this.reportMilliseconds) return;
      last = now;
      jobs.report(id, toJson(process.status())).catch(() => undefined);
    };
  }
}
