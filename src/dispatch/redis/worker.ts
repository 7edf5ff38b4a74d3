import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { NosError } from '../../errors.ts';
import { fingerprint } from '../../evaluate/index.ts';
import type { Evaluation, EvaluationProgress } from '../../evaluation/index.ts';
import { inTurn } from '../../in-turn.ts';
import { compiledProgram } from '../../program.ts';
import { taskReference } from '../../tasks/index.ts';
import { packageVersion } from '../../version.ts';
import type { NoticeSubject } from '../dispatcher.ts';
import { packError } from '../messages.ts';
import type { Outcome } from '../worker-process.ts';
import { Admission, OWN_TROUBLE, requestOf, type Served } from './admission.ts';
import { Complaints } from './complaints.ts';
import { type Connection, connect, isOutage, type Note, within } from './connection.ts';
import { checkFitness } from './fitness.ts';
import { removeUnreadable } from './garbage.ts';
import { LOCK_MS, LOOK_MS, MOST_DEATHS, RENEW_MS, renewLocks } from './lock.ts';
import { queueName } from './project.ts';
import { BEAT_MS, find, list, PREFIX, publish, withdraw } from './registry.ts';
import { Slot } from './slot.ts';
import { type Answer, pack, sayable, searchSchema, workerSchema } from './wire.ts';

export interface RedisWorkerOptions {
  /** `redis://…` or `rediss://…`; it may hold a password, which appears nowhere. */
  readonly url: string;
  /** Evaluating processes, each with one thread; best one per core. */
  readonly concurrency: number;
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /** Ends the worker: what it evaluates goes back to the front of the queue. */
  readonly signal: AbortSignal;
  /** As of the local pool. */
  readonly silenceSeconds?: number;
  /** Files of task modules that may be evaluated; registered tasks always may. Nothing else is ever loaded. */
  readonly tasks?: readonly string[];
  /** Sees to it that the data of a task are on this machine; else they must be. */
  readonly prepare?: (task: string) => Promise<unknown>;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** The compiled program of an evaluating process, where it is another one than ours. */
  readonly program?: string;
}

export type WorkerEvent =
  /** A line for people: the connection is lost, or there again, and the like. */
  | { readonly type: 'notice'; readonly about: NoticeSubject; readonly text: string }
  /** There is no search. */
  | { readonly type: 'waiting'; readonly worker: string }
  | { readonly type: 'joined'; readonly worker: string; readonly run: string; readonly task: string }
  /** Searches that this machine may not or cannot serve, said once: what differs, one line per search. */
  | { readonly type: 'refused'; readonly worker: string; readonly reasons: readonly string[] }
  /** A task printed a line in one of its processes. */
  | { readonly type: 'printed'; readonly worker: string; readonly text: string }
  | (JobEvent & { readonly type: 'started' })
  | (JobEvent & { readonly type: 'done'; readonly evaluation: Evaluation })
  /** A try was lost with its process (of so many, for that reason), and the next one begins. */
  | (JobEvent & { readonly type: 'retried'; readonly tries: number; readonly reason: string })
  /** The lock of a job ran out: another worker has the job, or it was cancelled; or the lock was taken again. */
  | (JobEvent & { readonly type: 'lock-lost' | 'lock-retaken' })
  /** An evaluation that gave no reward, and why: `cancelled`, `handed back`, or what went wrong. */
  | (JobEvent & { readonly type: 'dropped'; readonly why: DropReason; readonly reason: string });

interface JobEvent {
  readonly slot: string;
  /** The job's id in the queue. */
  readonly job: string;
  readonly rule: string;
  readonly seed: number;
}

/** `failed`: three tries were lost; `threw`: the task or the request is wrong. */
export type DropReason = 'cancelled' | 'handed-back' | 'failed' | 'threw';

export interface WorkerReport {
  readonly name: string;
  /** Evaluations that it has finished. */
  readonly finished: number;
}

/**
 * Evaluates for the searches on a Redis until the signal comes. It waits while there is none that this machine can serve, serves
 * one at a time (that which fewest workers serve), and goes over to the next when a search is over. This process only
 * supervises: it renews the locks of the jobs, and child processes train.
 *
 * Nothing that comes from Redis is imported, run, or taken for a path: a task is looked up among the registered ones and the
 * modules of `tasks`, and a child process is told only what was checked here.
 *
 * @throws NosError `bad-option`, `unknown-name` for `tasks`; `queue` where Redis cannot be reached or refuses; what is wrong
 *   with the data; `worker` where no child process can be started.
 */
export async function runRedisWorker(options: RedisWorkerOptions): Promise<WorkerReport> {
  const { concurrency } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new NosError('bad-option', `concurrency: expected a positive integer, got ${concurrency}`);
  }
  const program = options.program ?? compiledProgram('dispatch/worker.js');
  const onEvent = options.onEvent ?? (() => undefined);
  const tasks = await inTurn(options.tasks ?? [], taskReference);
  const note: Note = (text, about) => onEvent({ type: 'notice', about, text });
  const connection = await connect(options.url, note);
  const worker = new RedisWorker({ silenceSeconds: 120, ...options, tasks, onEvent, program }, connection);
  try {
    await checkFitness(connection, note);
    return await worker.run();
  } finally {
    connection.close();
  }
}

type Options = RedisWorkerOptions & {
  readonly onEvent: (event: WorkerEvent) => void;
  readonly program: string;
  readonly silenceSeconds: number;
  /** As `taskReference` of tasks/ gives them. */
  readonly tasks: readonly string[];
};

/** What can be done in good order at the end takes no longer than this. */
const CLOSE_MS = 3_000;
/** A renewal that is older than this may have come too late. */
const STALE_MS = LOCK_MS / 2;

class RedisWorker {
  readonly #options: Options;
  readonly #connection: Connection;
  readonly #name = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
  readonly #slots: readonly Slot[];
  /** Aborted when this worker is to end: by its signal, or because it cannot go on. */
  readonly #end = new AbortController();
  readonly #ended = once(this.#end.signal, 'abort');
  /** What is in evaluation, by job. */
  readonly #jobs = new Map<string, JobEvent>();
  #served: Served | undefined;
  readonly #complaints: Complaints;
  #fingerprint = '';
  #leaving = false;
  #broken: NosError | undefined;
  #renewed = 0;

  constructor(options: Options, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    const { concurrency, program, directory, silenceSeconds, onEvent } = options;
    this.#complaints = new Complaints(connection, (text, about) => onEvent({ type: 'notice', about, text }));
    this.#slots = Array.from({ length: concurrency }, (_, i) => {
      const slot = `${this.#name}/${i + 1}`;
      const onPrinted = (text: string): void => onEvent({ type: 'printed', worker: slot, text });
      return new Slot(slot, { program, directory, silenceSeconds, onPrinted });
    });
  }

  async run(): Promise<WorkerReport> {
    const { signal } = this.#options;
    const stop = (): void => this.#end.abort();
    let patience: NodeJS.Timeout | undefined;
    // While Redis is away, commands wait: not longer than this. Closed, they fail.
    this.#end.signal.addEventListener('abort', () => {
      patience = setTimeout(this.#connection.close, CLOSE_MS);
    });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    try {
      this.#fingerprint = await fingerprint();
      const admission = this.#openAdmission();
      void this.#beat();
      while (!this.#end.signal.aborted) {
        const served = await this.#complaints.patiently(() => this.#findSearch(admission));
        if (served) await this.#serve(served);
        else await this.#pause(LOOK_MS);
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await withdraw(this.#connection.client, 'worker', this.#name).catch(() => undefined);
      clearTimeout(patience);
    }
    if (this.#broken) throw this.#broken;
    return { name: this.#name, finished: this.#slots.reduce((sum, slot) => sum + slot.status().finished, 0) };
  }

  #openAdmission(): Admission {
    const { tasks, directory, prepare, onEvent } = this.#options;
    const own = { version: packageVersion, fingerprint: this.#fingerprint };
    const onRefused = (reason: string): void =>
      onEvent({ type: 'refused', worker: this.#name, reasons: [reason] });
    return new Admission({ own, tasks, directory, prepare, onRefused });
  }

  /** Says, over and over, that this worker is there and what it does. */
  async #beat(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#publish();
      await this.#pause(BEAT_MS);
    }
  }

  async #publish(): Promise<void> {
    const record = {
      name: this.#name,
      version: packageVersion,
      fingerprint: this.#fingerprint,
      ...(this.#served ? { search: this.#served.search } : {}),
      slots: this.#slots.map((slot) => slot.status()),
    };
    await publish(this.#connection.client, 'worker', this.#name, pack(record)).catch(() => undefined);
  }

  /** Ends early when this worker is to end. */
  #pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  /** Waits for a search that this machine can serve; nothing when it is to end before. */
  async #findSearch(admission: Admission): Promise<Served | undefined> {
    this.#served = undefined;
    let said = false;
    while (!this.#end.signal.aborted) {
      const { client } = this.#connection;
      const searches = await list(client, 'search', searchSchema, (name, wrong) => {
        this.#complaints.say(`the record of search ${sayable(name).slice(0, 50)} is passed over: ${wrong}`);
      });
      const workers = await list(client, 'worker', workerSchema);
      const serving = new Map<string, number>();
      for (const { search } of workers) {
        const name = search && queueName(search.project);
        if (name !== undefined) serving.set(name, (serving.get(name) ?? 0) + 1);
      }
      const counted = searches.map((search) => ({
        search,
        servers: serving.get(queueName(search.project)) ?? 0,
      }));
      for (const { search } of counted.sort((a, b) => a.servers - b.servers)) {
        const served = await admission.admit(search);
        if (served) return served;
      }
      if (!said) this.#options.onEvent({ type: 'waiting', worker: this.#name });
      said = true;
      await this.#pause(LOOK_MS);
    }
    return undefined;
  }

  /** Evaluates for one search until it is over, or this worker is to end. */
  async #serve(served: Served): Promise<void> {
    const { concurrency } = this.#options;
    const bullmq = await import('bullmq');
    const name = queueName(served.search.project);
    this.#join(served);
    this.#leaving = false;
    this.#renewed = performance.now();
    const worker: Worker = new bullmq.Worker(
      name,
      (job, token) => this.#evaluate(worker, job, token ?? '', () => new bullmq.WaitingError()),
      {
        connection: this.#connection.client,
        prefix: PREFIX,
        name: this.#name,
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: LOOK_MS,
        maxStalledCount: MOST_DEATHS,
        // The lock manager goes by the wall clock, which may jump.
        skipLockRenewal: true,
        runRetryDelay: LOOK_MS,
      },
    );
    worker.on('error', (error) => void this.#onError(worker, error));
    await this.#publish();
    try {
      await this.#renewUntilOver(worker, name, served);
    } finally {
      this.#leaving = true;
      const closing = worker.close();
      await Promise.all(this.#slots.map((slot) => slot.kill()));
      await within(CLOSE_MS, closing);
    }
  }

  async #onError(worker: Worker, error: Error): Promise<void> {
    // Not that of a job which is another's by now, or nobody's.
    if (isOutage(error) || /^Missing (lock|key)/.test(error.message)) return;
    this.#complaints.complain(error);
    const removing = removeUnreadable(worker, this.#connection.client, new Set(this.#jobs.keys()));
    const removed = await removing.catch(() => 0);
    if (removed > 0)
      this.#complaints.say(`took what is no job out of the queue at ${this.#connection.place}`);
  }

  async #renewUntilOver(worker: Worker, name: string, served: Served): Promise<void> {
    let absent = 0;
    // A search that is gone may come back: its process, or Redis, was started again.
    while (!this.#end.signal.aborted && absent < 2 * (BEAT_MS / RENEW_MS)) {
      await this.#pause(RENEW_MS);
      if (this.#end.signal.aborted) return;
      const found = await this.#complaints.patiently(async () => {
        await Promise.race([this.#renew(worker), this.#ended]);
        if (this.#end.signal.aborted) return undefined;
        return find(this.#connection.client, 'search', name, searchSchema);
      });
      // What was examined stays: only who asks, and how often it wants to hear, may be another.
      if (found) this.#join({ ...served, search: { ...found, project: served.search.project } });
      const needed = found || this.#complaints.refused || this.#slots.some((slot) => slot.held);
      absent = needed ? 0 : absent + 1;
    }
  }

  #join(served: Served): void {
    const before = this.#served?.search.run;
    this.#served = served;
    const { run, project } = served.search;
    if (run === before) return;
    this.#options.onEvent({ type: 'joined', worker: this.#name, run, task: project.task });
  }

  /** Renews the locks of what is in evaluation, and ends what is not ours any more. */
  async #renew(worker: Worker): Promise<void> {
    const held = this.#slots.flatMap((slot) => (slot.held ? [slot.held] : []));
    const { lost, gone, retaken } = await renewLocks(worker, this.#connection.client, held);
    this.#renewed = performance.now();
    this.#tell('lock-retaken', retaken);
    this.#tell('lock-lost', lost);
    const ended = [...lost, ...gone];
    for (const slot of this.#slots) if (slot.held && ended.includes(slot.held.id)) await slot.kill();
  }

  #tell(type: 'lock-retaken' | 'lock-lost', jobs: readonly string[]): void {
    for (const id of jobs) {
      const job = this.#jobs.get(id);
      if (job) this.#options.onEvent({ ...job, type });
    }
  }

  /** The processor of a job: what it returns goes to the coordinator; what it throws leaves the job where it is. */
  async #evaluate(worker: Worker, job: Job, token: string, leave: () => Error): Promise<unknown> {
    const slot = this.#slots.find((candidate) => candidate.held === undefined) as Slot;
    const served = this.#served as Served;
    const id = String(job.id);
    const request = requestOf(id, job.data, served);
    if (request instanceof NosError) {
      this.#complaints.say(`${request.message}; ${request.hint}`);
      return answer({ type: 'threw', thrown: packError(request), by: slot.status(), retries: [] });
    }
    const { onEvent } = this.#options;
    const about: JobEvent = { slot: slot.status().name, job: id, rule: request.rule, seed: request.seed };
    const retries: string[] = [];
    slot.held = { id, token };
    this.#jobs.set(id, about);
    onEvent({ ...about, type: 'started' });
    try {
      const outcome = await slot.run(request, this.#reporter(job, slot), (reason, tries) => {
        retries.push(reason);
        onEvent({ ...about, type: 'retried', tries, reason });
      });
      const said = this.#answer(outcome, slot, retries, served.search.project.task);
      if (said === undefined) {
        // While this worker leaves, the job goes back to the front of the queue; else it is not ours.
        if (this.#leaving || this.#broken) await job.moveToWait(token).catch(() => undefined);
        const reason = this.#leaving ? 'handed back' : 'cancelled';
        onEvent({ ...about, type: 'dropped', why: this.#leaving ? 'handed-back' : 'cancelled', reason });
        throw leave();
      }
      if (performance.now() - this.#renewed > STALE_MS) await this.#renew(worker);
      if (said.type === 'done') onEvent({ ...about, type: 'done', evaluation: said.evaluation });
      if (said.type === 'lost') onEvent({ ...about, type: 'dropped', why: 'failed', reason: said.reason });
      if (said.type === 'threw') {
        onEvent({ ...about, type: 'dropped', why: 'threw', reason: said.thrown.message });
      }
      return answer(said);
    } finally {
      slot.held = undefined;
      this.#jobs.delete(id);
    }
  }

  /** What to tell the coordinator; nothing where the job is not done and this worker will not do it. */
  #answer(outcome: Outcome, slot: Slot, retries: readonly string[], task: string): Answer | undefined {
    const by = slot.status();
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
    return this.#fail(
      new NosError('worker', `no process could be started to evaluate; ${reason}`, 'try: `nos doctor`'),
    );
  }

  /** This machine cannot evaluate: the worker ends, and others do its work. */
  #fail(error: NosError): undefined {
    this.#broken = error;
    this.#end.abort();
  }

  #reporter(job: Job, slot: Slot): (progress: EvaluationProgress) => void {
    let last = Number.NEGATIVE_INFINITY;
    return () => {
      const now = performance.now();
      if (now - last < (this.#served?.search.reportMilliseconds ?? Number.POSITIVE_INFINITY)) return;
      last = now;
      // A job that is gone was cancelled: the next renewal ends it.
      job.updateProgress(pack(slot.status()) as object).catch(() => undefined);
    };
  }
}

const LONGEST = 10_000;

function answer(all: Answer): unknown {
  const said = { ...all, retries: all.retries.map((reason) => reason.slice(0, LONGEST)) };
  if (said.type === 'lost') return pack({ ...said, reason: said.reason.slice(0, LONGEST) });
  if (said.type === 'done') return pack(said);
  const { message, stack } = said.thrown;
  const cut = { message: message.slice(0, LONGEST), ...(stack ? { stack: stack.slice(0, LONGEST) } : {}) };
  return pack({ ...said, thrown: { ...said.thrown, ...cut } });
}
